internal import Analyses
internal import AnalysisPages
internal import AnalysisStore
internal import Contract
internal import HTTPSyntax
internal import HTTPTypes
internal import Hummingbird

/// Answers to requests of browsers.
struct PageAnswers {
  let state: ServerState
  /// Whether there is a session that the user can end.
  let isLoggedIn: Bool

  /// Largest number of files in a form.
  private static let mostFiles = 20
  /// Number of analyses on a page of the history.
  private static let pageLength = 40

  func asset(_ name: String) throws -> Response {
    guard let file = PageAssets.file(named: name) else { throw Problem.notFound }
    var response = Response.bytes(file.bytes, file.contentType)
    // The address contains a hash of the content.
    response.headers[.cacheControl] = "public, max-age=31536000, immutable"
    return response
  }

  func home(_ request: Request) async throws -> Response {
    let parameters = try Query(request)
    var filter = HistoryFilter(
      text: String((parameters["q"] ?? "").prefix(200)),
      verdict: parameters["verdict"].flatMap { HistoryFilter.Verdict(rawValue: $0) },
      before: parameters["before"])
    var query = AnalysisQuery()
    query.text = filter.text
    switch filter.verdict {
    case .real: query.verdict = .real
    case .fake: query.verdict = .fake
    case .cannotTell: query.verdict = .cannotTell
    case .failed: query.state = .failed
    case nil: break
    }
    query.before = filter.before.flatMap { AnalysisQuery.Cursor($0) }
    query.limit = Self.pageLength + 1
    var analyses = try await state.store.search(query)
    if analyses.count > Self.pageLength {
      analyses.removeLast()
      filter.next = analyses.last.map { AnalysisQuery.Cursor($0).description }
    }
    let limits = HomePage.Limits(
      maximumBytes: state.settings.maximumUploadBytes, keptSeconds: state.settings.keepSeconds)
    return .page(
      HomePage(
        analyses: analyses, filter: filter, model: state.model, limits: limits,
        isLoggedIn: isLoggedIn
      ).html)
  }

  func upload(_ request: Request, _ body: IncomingBody) async throws -> Response {
    let analyses = try await state.upload.receive(request, body, most: Self.mostFiles)
    await state.queue.added()
    guard analyses.count == 1, let analysis = analyses.first else { return .seeOther("/") }
    return .seeOther("/analyses/\(analysis.id)")
  }

  func analysis(_ id: AnalysisID) async throws -> Response {
    let analysis = try await state.analysis(id)
    return .page(
      AnalysisPage(
        analysis: analysis, position: try await state.position(of: analysis),
        progress: await state.hub.progress(of: id), model: state.model, isLoggedIn: isLoggedIn
      ).html)
  }

  func delete(_ id: AnalysisID) async throws -> Response {
    _ = try await state.delete(id)
    return .seeOther("/")
  }

  // MARK: Login

  func loginForm(_ request: Request) throws -> Response {
    guard state.access.isRestricted, !state.access.isAllowed(request) else {
      return .seeOther("/")
    }
    let next = try Query(request)["next"]
    return .page(LoginPage(failed: false, next: Self.local(next)).html)
  }

  func login(_ request: Request, _ body: IncomingBody) async throws -> Response {
    let fields = FormFields(urlEncoded: try await body.bytes(atMost: 8 << 10))
    let next = Self.local(fields?["next"])
    guard state.access.isToken(fields?["token"] ?? "") else {
      // A delay makes guessing slow.
      try await Task.sleep(for: .seconds(1))
      return .page(LoginPage(failed: true, next: next).html, status: .unauthorized)
    }
    var response = Response.seeOther(next ?? "/")
    let isSecure = request.headers[.origin]?.hasPrefix("https:") == true
    response.headers[.setCookie] = state.access.login(isSecure: isSecure)
    return response
  }

  func logout(_ request: Request) -> Response {
    var response = Response.seeOther("/login")
    response.headers[.setCookie] = state.access.logout(request)
    return response
  }

  /// The path if it is one of this server's pages; otherwise nil, so that no
  /// browser is redirected elsewhere.
  private static func local(_ path: String?) -> String? {
    guard let path, let id = path.split(separator: "/").last.flatMap({ AnalysisID($0) }),
      path == "/analyses/\(id)"
    else { return nil }
    return path
  }
}
