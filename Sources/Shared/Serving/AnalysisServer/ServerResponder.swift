internal import Analyses
internal import AnalysisPages
internal import AnalysisStore
internal import HTTPSyntax
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// Answers requests: checks access, chooses the route, and adds common headers.
struct ServerResponder: HTTPResponder {
  typealias Context = BasicRequestContext

  let state: ServerState

  func respond(to request: Request, context: Context) async throws -> Response {
    let body = IncomingBody(request)
    var response: Response
    do {
      response = try await answer(request, body)
    } catch {
      response = refusal(error, request, body)
    }
    SafeHeaders.add(to: &response)
    // The body isn't written, because an event stream would follow an analysis without a reader.
    if request.method == .head { response = response.createHeadResponse() }
    state.counters.countRequest(status: response.status.code)
    return response
  }

  private func answer(_ request: Request, _ body: IncomingBody) async throws -> Response {
    let route = try Route(request)
    // Health checks may use any internal name of the server, and have no token.
    if case .health(let isReady) = route, !request.headers.contains(.host) {
      return try health(isReady)
    }
    let host = try state.access.checkedHost(request)
    try state.access.checkSameSite(request, host)
    guard route.isPublic || state.access.isAllowed(request) else { return try login(request) }
    let pages = PageAnswers(state: state, isLoggedIn: state.access.isRestricted)
    let api = APIAnswers(state: state)
    switch route {
    case .asset(let name): return try pages.asset(name)
    case .health(let isReady): return try health(isReady)
    case .loginForm: return try pages.loginForm(request)
    case .login: return try await pages.login(request, body)
    case .logout: return pages.logout(request)
    case .home: return try await pages.home(request)
    case .upload: return try await pages.upload(request, body)
    case .page(let id): return try await pages.analysis(id)
    case .deletePage(let id): return try await pages.delete(id)
    case .list: return try await api.list(request)
    case .add: return try await api.add(request, body)
    case .analysis(let id): return try await api.analysis(id)
    case .delete(let id): return try await api.delete(id)
    case .events(let id): return try await api.events(id)
    case .frame(let id, let index):
      return try await api.frame(id, index, isHeat: Query(request)["heat"] == "1")
    case .video(let id): return try await api.video(id, range: range(request))
    case .report(let id): return try await api.report(id)
    case .finding(let id): return try await api.finding(id)
    case .table(let id): return try await api.table(id)
    case .model: return .json(state.model)
    case .description: return .bytes(APIDescription.bytes, "application/json")
    case .metrics: return try await api.metrics()
    case .predict:
      return try await DropIn(
        settings: state.settings, store: state.store, hub: state.hub, queue: state.queue,
        upload: state.upload
      ).respond(to: request, body)
    }
  }

  /// The requested part of a file; nil is the whole file. Ranges are valid for GET only. With
  /// `If-Range` the whole file is sent, because answers have no validators.
  private func range(_ request: Request) -> String? {
    request.method == .get && request.headers[.ifRange] == nil ? request.headers[.range] : nil
  }

  private func health(_ isReady: Bool) throws -> Response {
    guard !isReady || state.readiness.isReady else {
      throw Problem(
        .serviceUnavailable, "not-ready",
        "No worker has loaded the model yet, or the server stops.",
        headers: [.retryAfter: "1"])
    }
    return .bytes(Array("ok\n".utf8), "text/plain; charset=utf-8")
  }

  /// Requests the token: by a status from programs, by a page from browsers.
  private func login(_ request: Request) throws -> Response {
    guard wantsPage(request) else {
      throw Problem(
        .unauthorized, "token",
        "Expected the header `Authorization: Bearer` with a token of this server.",
        headers: [.wwwAuthenticate: "Bearer"])
    }
    let next = request.uri.path == "/" ? "" : "?next=" + request.uri.path
    return .seeOther("/login" + next)
  }

  /// Whether the answer is for a browser.
  private func wantsPage(_ request: Request) -> Bool {
    !request.uri.path.hasPrefix("/api/") && request.uri.path != "/predict"
      && request.headers[.accept]?.contains("text/html") == true
  }

  private func refusal(
    _ error: any Error, _ request: Request, _ body: IncomingBody
  ) -> Response {
    let problem = problem(error, request, body)
    if request.method == .post { state.counters.countRefusal(problem.code) }
    var bytes = problem.json
    var type = "application/problem+json"
    if wantsPage(request) {
      let page = MessagePage(
        status: problem.status.code, title: problem.status.reasonPhrase, text: problem.detail)
      bytes = Array(page.html.utf8)
      type = "text/html; charset=utf-8"
    }
    var response = Response.bytes(bytes, type, status: problem.status)
    for field in problem.headers { response.headers[field.name] = field.value }
    let hasBody =
      request.headers[.contentLength] != nil || request.headers[.transferEncoding] != nil
    guard hasBody, !body.isRead, request.method != .head else { return response }
    return Leftovers.drained(response, ByteBuffer(bytes: bytes), rest: body)
  }

  private func problem(
    _ error: any Error, _ request: Request, _ body: IncomingBody
  ) -> Problem {
    if let error = error as? Problem { return error }
    if let error = error as? AnalysisStoreError {
      state.logger.error("\(error)")
      return Problem(error)
    }
    if body.isBroken { return .malformed("The body can't be read, or ends too early.") }
    state.logger.error("\(error)", metadata: ["path": "\(request.uri.path)"])
    return Problem(
      .serviceUnavailable, "failed", "The request could not be served.",
      headers: [.retryAfter: "10"])
  }
}
