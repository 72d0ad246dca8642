internal import Analyses
internal import AnalysisStore
internal import Contract
internal import HTTPTypes
internal import Hummingbird

/// `POST /predict`, as in common demos on Flask and FastAPI: the request contains a file, and the
/// response contains the verdict.
struct DropIn {
  let settings: ServerSettings
  let store: AnalysisStore
  let hub: AnalysisHub
  let queue: AnalysisQueue
  let upload: Upload

  /// The fields of the answers of such demos, and additional ones.
  struct Answer: Encodable {
    /// `REAL`, `FAKE` or `UNCERTAIN`.
    let prediction: String
    /// Probability of the predicted class; of the more likely class if the prediction is uncertain.
    let confidence: Double
    /// Calibrated probability of fake.
    let probability_fake: Double
    let faces: Int
    /// Why the prediction is uncertain, and remarks on the answer.
    let reasons: [String]
    let remarks: [String]
    let analysis: String
  }

  func respond(to request: Request, _ body: IncomingBody) async throws -> Response {
    let analyses = try await upload.receive(request, body, most: 1)
    guard let analysis = analyses.first else { throw Problem.notFound }
    await queue.added()
    let updates = await hub.follow(analysis.id)
    let ended = (try? await store.analysis(analysis.id)?.isEnded) ?? false
    if !ended { await wait(for: updates) }
    guard let analysis = try await store.analysis(analysis.id) else { throw Problem.notFound }
    guard analysis.isEnded else {
      throw Problem(
        .serviceUnavailable, "time-limit",
        "There is no answer within \(Int(settings.answerLimitSeconds)) seconds. It will be at "
          + "/api/analyses/\(analysis.id).",
        headers: [.retryAfter: "10", .location: "/api/analyses/\(analysis.id)"])
    }
    return try answer(analysis)
  }

  /// Waits until the analysis has ended, or the time is over.
  private func wait(for updates: AsyncStream<AnalysisUpdate>) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await update in updates where update.state == .done || update.state == .failed {
          return
        }
      }
      group.addTask { try? await Task.sleep(for: .seconds(settings.answerLimitSeconds)) }
      await group.next()
      group.cancelAll()
    }
  }

  private func answer(_ analysis: Analysis) throws -> Response {
    if let failure = analysis.failure {
      switch failure.code {
      case .unreadable: throw Problem(.unprocessableContent, "unreadable", failure.message)
      case .diskFull: throw Problem.diskFull
      case .timeLimit, .resourceLimit, .workerLost:
        throw Problem(.serviceUnavailable, failure.code.rawValue, failure.message)
      }
    }
    guard let finding = analysis.result?.finding else { throw Problem.notFound }
    if finding.doubts.contains(where: { $0.code == .noFace }) {
      throw Problem(.unprocessableContent, "no-face", "No face was found in it.")
    }
    guard let probability = finding.probability else {
      throw Problem(.unprocessableContent, "no-number", "The network computes no number for it.")
    }
    let prediction =
      switch finding.verdict {
      case .real: "REAL"
      case .fake: "FAKE"
      case .cannotTell, nil: "UNCERTAIN"
      }
    let confidence =
      switch finding.verdict {
      case .real: 1 - probability
      case .fake: probability
      case .cannotTell, nil: max(probability, 1 - probability)
      }
    return .json(
      Answer(
        prediction: prediction, confidence: confidence, probability_fake: probability,
        faces: finding.faces.count, reasons: finding.doubts.map(\.text),
        remarks: finding.remarks, analysis: "/api/analyses/\(analysis.id)"))
  }
}
