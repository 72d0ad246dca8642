internal import Analyses
internal import AnalysisStore
internal import Contract
internal import Files
internal import HTTPSyntax
internal import HTTPTypes
internal import Hummingbird
internal import VerdictReports

/// Answers to requests of programs.
struct APIAnswers {
  let state: ServerState

  func list(_ request: Request) async throws -> Response {
    let parameters = try Query(request)
    var query = AnalysisQuery()
    query.text = parameters["q"] ?? ""
    guard query.text.utf8.count <= 1000 else {
      throw Problem.malformed("q: expected at most 1000 bytes.")
    }
    if let word = parameters["verdict"] {
      guard let verdict = VideoVerdict(rawValue: word) else {
        throw Problem.malformed("verdict: expected real, fake or cannot tell.")
      }
      query.verdict = verdict
    }
    if let word = parameters["state"] {
      guard let state = Analysis.State(rawValue: word) else {
        throw Problem.malformed("state: expected queued, running, done or failed.")
      }
      query.state = state
    }
    if let word = parameters["limit"] {
      guard let limit = Int(word), (1...200).contains(limit) else {
        throw Problem.malformed("limit: expected 1...200.")
      }
      query.limit = limit
    }
    if let word = parameters["before"] {
      guard let cursor = AnalysisQuery.Cursor(word) else {
        throw Problem.malformed("before: expected the value in `next` of an earlier answer.")
      }
      query.before = cursor
    }
    let limit = query.limit
    query.limit += 1
    let found = try await state.store.search(query)
    var next: String?
    if found.count > limit, limit > 0 {
      var values = ["before=\(AnalysisQuery.Cursor(found[limit - 1]))", "limit=\(limit)"]
      for name in ["q", "verdict", "state"] {
        if let value = parameters[name] {
          values.append("\(name)=\(PercentCoding.encodedForQuery(value))")
        }
      }
      next = "/api/analyses?" + values.joined(separator: "&")
    }
    return .json(
      AnalysisList(
        analyses: found.prefix(limit).map { AnalysisDocument($0, isWhole: false) }, next: next))
  }

  func add(_ request: Request, _ body: IncomingBody) async throws -> Response {
    let analyses = try await state.upload.receive(request, body, most: 1)
    await state.queue.added()
    guard let analysis = analyses.first else { throw Problem.notFound }
    // The analysis is queued, even if reading its position fails.
    let position = try? await state.store.position(of: analysis)
    var response = Response.json(
      AnalysisDocument(analysis, position: position), status: .accepted)
    response.headers[.location] = "/api/analyses/\(analysis.id)"
    return response
  }

  func analysis(_ id: AnalysisID) async throws -> Response {
    let analysis = try await state.analysis(id)
    return .json(
      AnalysisDocument(
        analysis, progress: await state.hub.progress(of: id),
        position: try await state.position(of: analysis)))
  }

  func delete(_ id: AnalysisID) async throws -> Response {
    guard try await state.delete(id) else { throw Problem.notFound }
    return Response(status: .noContent)
  }

  func events(_ id: AnalysisID) async throws -> Response {
    let updates = await state.hub.follow(id)
    let analysis = try await state.analysis(id)
    let first = AnalysisUpdate(
      analysis, progress: await state.hub.progress(of: id),
      position: try await state.position(of: analysis))
    return EventStream.response(first, then: updates)
  }

  func frame(_ id: AnalysisID, _ index: Int, isHeat: Bool) async throws -> Response {
    let analysis = try await answered(id)
    guard let result = analysis.result, index < result.crops.count else { throw Problem.notFound }
    let path = "\(AnalysisFiles.frames)/\(AnalysisFiles.frame(index, heat: isHeat))"
    return try FileResponse(path: file(id, path), type: "image/jpeg").response(range: nil)
  }

  func video(_ id: AnalysisID, range: String?) async throws -> Response {
    guard let media = try await answered(id).result?.media else { throw Problem.notFound }
    guard media.preview == .ready else {
      throw Problem(
        .notFound, media.preview == .making ? "preview-making" : "preview-failed",
        media.preview == .making
          ? "The video that browsers play is being made."
          : "No video that browsers play could be made.")
    }
    return try FileResponse(
      path: file(id, media.isOriginal ? AnalysisFiles.upload : AnalysisFiles.preview),
      type: media.type, hasRanges: true
    ).response(range: range)
  }

  /// The page of `detector predict --report`, as an attachment, because it has its own styles.
  func report(_ id: AnalysisID) async throws -> Response {
    let analysis = try await answered(id)
    return try FileResponse(
      path: file(id, AnalysisFiles.report), type: "text/html; charset=utf-8",
      attachment: analysis.name + ".html"
    ).response(range: nil)
  }

  func finding(_ id: AnalysisID) async throws -> Response {
    let analysis = try await answered(id)
    guard let result = analysis.result else { throw Problem.notFound }
    let line = try PredictionAnswer(result.finding, result.model).line()
    return attached(line, "application/json", analysis.name + ".json")
  }

  func table(_ id: AnalysisID) async throws -> Response {
    let analysis = try await answered(id)
    guard let finding = analysis.result?.finding else { throw Problem.notFound }
    var table = AnswerTable()
    table.append(finding)
    return attached(table.text(), "text/csv; charset=utf-8", analysis.name + ".csv")
  }

  func metrics() async throws -> Response {
    let counts = try await state.store.counts()
    var gauges: [(name: String, help: String, value: Double)] = Analysis.State.allCases.map {
      ("analyses_\($0.rawValue)", "Analyses that are \($0.rawValue).", Double(counts[$0] ?? 0))
    }
    gauges.append(("uploads_running", "Uploads under way.", Double(state.admission.count)))
    gauges.append(
      ("event_streams", "Clients that follow an analysis.", Double(await state.hub.followerCount)))
    if let bytes = state.store.availableBytes {
      gauges.append(("disk_available_bytes", "Bytes free in the data folder.", Double(bytes)))
    }
    gauges.append(("ready", "Whether workers take analyses.", state.readiness.isReady ? 1 : 0))
    return .bytes(
      Array(state.counters.text(gauges: gauges).utf8), "text/plain; version=0.0.4; charset=utf-8")
  }

  /// An analysis that has an answer.
  private func answered(_ id: AnalysisID) async throws -> Analysis {
    let analysis = try await state.analysis(id)
    guard analysis.state == .done else {
      throw Problem(
        .notFound, "no-answer", "This analysis is \(analysis.state.rawValue): it has no answer.")
    }
    return analysis
  }

  private func file(_ id: AnalysisID, _ name: String) -> String {
    "\(state.store.folder(id))/\(name)"
  }

  private func attached(_ text: String, _ type: String, _ name: String) -> Response {
    var response = Response.bytes(Array(text.utf8), type)
    response.headers[.contentDisposition] = ContentDisposition(attachment: name).headerValue
    return response
  }
}
