internal import HTTPSyntax
internal import HTTPTypes
internal import Hummingbird
internal import Workers

/// Access control: checks the `Host` header, the token or the session cookie, and the site that a
/// request comes from.
final class Access: Sendable {
  /// Name of the cookie of a browser that has logged in.
  static let cookie = "deepfake_session"
  /// Duration of a browser's session in seconds.
  private static let sessionSeconds = 12 * 3600.0
  /// Largest number of sessions; the oldest ones are removed.
  private static let mostSessions = 10_000

  private let tokens: [[UInt8]]
  private let names: Set<String>
  private let sessions = Locked<[String: ContinuousClock.Instant]>([:])

  init(_ settings: ServerSettings) {
    tokens = settings.tokens.map { Array($0.utf8) }
    names = Set((settings.publicNames + [settings.host]).map { $0.lowercased() })
  }

  /// Whether a token is required.
  var isRestricted: Bool { !tokens.isEmpty }

  /// Refuses requests to a host name that isn't one of this server: a page elsewhere may point a
  /// name of its own to this address (DNS rebinding). Addresses can't be rebound.
  ///
  /// - Returns: The name that the client uses.
  func checkedHost(_ request: Request) throws(Problem) -> HostName {
    // The authority is the first Host header; with a second one it would be ambiguous.
    guard !request.headers.contains(.host),
      let host = HostName(header: request.head.authority ?? "")
    else {
      throw Problem(.badRequest, "host", "Expected one Host header, with a name or an address.")
    }
    guard host.isIPAddress || host.isLoopback || names.contains(host.name) else {
      throw Problem(
        .misdirectedRequest, "host",
        "This server doesn't answer under the name \(host.name). Its operator can add "
          + "--public-name \(host.name).")
    }
    return host
  }

  /// Refuses requests that a page of another site makes a browser send. Programs send
  /// none of these headers.
  func checkSameSite(_ request: Request, _ host: HostName) throws(Problem) {
    guard ![.get, .head, .options].contains(request.method) else { return }
    let refusal = Problem(
      .forbidden, "cross-site", "This was sent by a page of another site, which may not do that.")
    if let site = request.headers[.secFetchSite], site != "same-origin", site != "none" {
      throw refusal
    }
    guard let text = request.headers[.origin] else { return }
    guard let origin = Origin(header: text), origin.isSameHost(as: host) else { throw refusal }
  }

  /// Whether a request may use restricted routes.
  func isAllowed(_ request: Request) -> Bool {
    guard isRestricted else { return true }
    if let header = request.headers[.authorization] {
      // A proxy may require its own password, with another scheme.
      let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
      if parts.first?.lowercased() == "bearer" {
        return parts.count == 2 && isToken(String(parts[1]))
      }
    }
    return session(of: request) != nil
  }

  /// Whether a text is one of the tokens, in a time that doesn't reveal how much of it is right.
  func isToken(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return tokens.reduce(false) { constantTimeEquals($1, bytes) || $0 }
  }

  /// The session of a browser; nil if it isn't logged in.
  private func session(of request: Request) -> String? {
    guard let name = Cookies(header: request.headers[.cookie])[Self.cookie] else {
      return nil
    }
    return sessions.withLock { sessions in
      guard let end = sessions[name], end > .now else { return nil }
      return name
    }
  }

  /// Logs a browser in.
  ///
  /// - Returns: The value of the `Set-Cookie` header.
  func login(isSecure: Bool) -> String {
    var generator = SystemRandomNumberGenerator()
    let name = (0..<4).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
    sessions.withLock { sessions in
      sessions = sessions.filter { $0.value > .now }
      if sessions.count >= Self.mostSessions,
        let oldest = sessions.min(by: { $0.value < $1.value })?.key
      {
        sessions[oldest] = nil
      }
      sessions[name] = .now + .seconds(Self.sessionSeconds)
    }
    return Self.cookie + "=\(name); Path=/; HttpOnly; SameSite=Strict; Max-Age="
      + "\(Int(Self.sessionSeconds))" + (isSecure ? "; Secure" : "")
  }

  /// Logs a browser out.
  ///
  /// - Returns: The value of the `Set-Cookie` header.
  func logout(_ request: Request) -> String {
    if let name = session(of: request) { sessions.withLock { $0[name] = nil } }
    return Self.cookie + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
  }
}

extension HTTPField.Name {
  /// A second Host header. The fallback is never used, because the name is valid.
  static let host = HTTPField.Name("Host") ?? .origin
  /// The site that a browser's request comes from. The fallback is never used, because
  /// the name is valid.
  static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
}
