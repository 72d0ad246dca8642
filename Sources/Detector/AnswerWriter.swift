import CommandParts
import Contract
import Prediction
import Terminal
import VerdictReports
import Workers

/// Writes answers in the order of the inputs, each as soon as all before it are complete: as text,
/// as lines of JSON, as rows of a table. Thread-safe.
final class AnswerWriter: Sendable {
  private struct State {
    var waiting: [Int: VideoFinding] = [:]
    var next = 0
    var lines = ""
    var table = AnswerTable()
    var counts: [VideoVerdict: Int] = [:]
    var failed = 0
  }

  private let model: ModelSummary
  private let caution: String?
  private let json: ResultDestination?
  private let csv: ResultDestination?
  /// Whether to print the details of each face.
  private let isDetailed: Bool
  private let console: ConsoleObserver
  private let state = Locked(State())

  init(
    _ model: DetectorModel, json: ResultDestination?, csv: ResultDestination?, isDetailed: Bool,
    console: ConsoleObserver
  ) {
    self.model = ModelSummary(model)
    caution = model.caution
    self.json = json
    self.csv = csv
    self.isDetailed = isDetailed
    self.console = console
  }

  /// Takes the answer to the input with this index.
  func append(_ finding: VideoFinding, at index: Int) throws {
    try state.withLock { state in
      state.waiting[index] = finding
      while let finding = state.waiting.removeValue(forKey: state.next) {
        state.next += 1
        try give(finding, &state)
      }
    }
  }

  private func give(_ finding: VideoFinding, _ state: inout State) throws {
    if let verdict = finding.verdict {
      state.counts[verdict, default: 0] += 1
    } else {
      state.failed += 1
    }
    print(AnswerText.lines(finding, caution: caution, isDetailed: isDetailed))
    state.table.append(finding)
    guard let json else { return }
    let line = try PredictionAnswer(finding, model).line()
    if json.path == nil { try json.write(text: line) } else { state.lines += line }
  }

  private func print(_ text: String) {
    let isShown = console.line.withLock { line in
      line?.print(text)
      return line != nil
    }
    if !isShown { StandardOutput.write(text) }
  }

  /// Writes the files and the summary.
  ///
  /// - Returns: Number of inputs that were judged, and of those that could not be read.
  func finish() throws -> (judged: Int, failed: Int) {
    let state = state.withLock { $0 }
    if let json, json.path != nil { try json.write(text: state.lines) }
    try csv?.write(text: state.table.text())
    let judged = state.counts.values.reduce(0, +)
    if judged + state.failed > 1 {
      let parts = VideoVerdict.allCases.compactMap { verdict in
        state.counts[verdict].map { "\($0) \(verdict.rawValue)" }
      }
      StandardOutput.write(
        "\n\(judged + state.failed) inputs: "
          + (parts + (state.failed > 0 ? ["\(state.failed) could not be read"] : []))
          .joined(separator: ", "))
    }
    StandardOutput.write("\n" + model.text)
    return (judged, state.failed)
  }
}
