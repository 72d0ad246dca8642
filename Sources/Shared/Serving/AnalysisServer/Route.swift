internal import Analyses
internal import HTTPTypes
internal import Hummingbird

/// The routes of the server, by path and method.
enum Route: Equatable {
  case home, upload, loginForm, login, logout
  case asset(String)
  case page(AnalysisID)
  case deletePage(AnalysisID)
  case list, add, model, description, metrics, predict
  case health(isReady: Bool)
  case analysis(AnalysisID)
  case delete(AnalysisID)
  case events(AnalysisID)
  case frame(AnalysisID, Int)
  case video(AnalysisID)
  case report(AnalysisID)
  case finding(AnalysisID)
  case table(AnalysisID)

  /// - Throws: `Problem` for an unknown path (404), and for a method that the path doesn't allow
  ///   (405).
  init(_ request: Request) throws(Problem) {
    let ways = Self.ways(request.uri.path)
    guard !ways.isEmpty else { throw .notFound }
    // HEAD takes the route of GET.
    let method = request.method == .head ? .get : request.method
    guard let way = ways.first(where: { $0.method == method }) else {
      let allowed =
        ways.map(\.method.rawValue) + (ways.contains { $0.method == .get } ? ["HEAD"] : [])
      throw Problem(
        .methodNotAllowed, "method",
        "Expected \(allowed.joined(separator: " or ")) at this address, got \(request.method.rawValue).",
        headers: [.allow: allowed.joined(separator: ", ")])
    }
    self = way.route
  }

  private typealias Way = (method: HTTPRequest.Method, route: Route)

  /// The methods that a path allows, with their routes.
  private static func ways(_ path: String) -> [Way] {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
      .map(String.init)
    switch parts.first {
    case "" where parts.count == 1: return [(.get, .home)]
    case "analyses": return pages(Array(parts.dropFirst()))
    case "api": return api(Array(parts.dropFirst()))
    case "assets" where parts.count == 2 && !parts[1].isEmpty: return [(.get, .asset(parts[1]))]
    default: break
    }
    switch path {
    case "/login": return [(.get, .loginForm), (.post, .login)]
    case "/logout": return [(.post, .logout)]
    case "/predict": return [(.post, .predict)]
    case "/health/live": return [(.get, .health(isReady: false))]
    case "/health/ready": return [(.get, .health(isReady: true))]
    case "/metrics": return [(.get, .metrics)]
    default: return []
    }
  }

  private static func pages(_ parts: [String]) -> [Way] {
    guard let first = parts.first else { return [(.post, .upload)] }
    guard let id = AnalysisID(first) else { return [] }
    if parts.count == 1 { return [(.get, .page(id))] }
    return parts.count == 2 && parts[1] == "delete" ? [(.post, .deletePage(id))] : []
  }

  private static func api(_ parts: [String]) -> [Way] {
    switch parts {
    case ["analyses"]: return [(.get, .list), (.post, .add)]
    case ["model"]: return [(.get, .model)]
    case ["openapi.json"]: return [(.get, .description)]
    default: break
    }
    guard parts.count >= 2, parts[0] == "analyses", let id = AnalysisID(parts[1]) else { return [] }
    switch parts.dropFirst(2) {
    case []: return [(.get, .analysis(id)), (.delete, .delete(id))]
    case ["events"]: return [(.get, .events(id))]
    case ["video"]: return [(.get, .video(id))]
    case ["report"]: return [(.get, .report(id))]
    case ["finding"]: return [(.get, .finding(id))]
    case ["table"]: return [(.get, .table(id))]
    default: break
    }
    guard parts.count == 4, parts[2] == "frames", parts[3].hasSuffix(".jpg"),
      let index = number(parts[3].dropLast(4))
    else { return [] }
    return [(.get, .frame(id, index))]
  }

  /// An index, in digits without leading zeros.
  private static func number(_ text: Substring) -> Int? {
    guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
      text.utf8.count == 1 || text.utf8.first != 48
    else { return nil }
    return Int(text)
  }

  /// Whether the route needs no token.
  var isPublic: Bool {
    switch self {
    case .loginForm, .login, .asset, .health: true
    default: false
    }
  }
}
