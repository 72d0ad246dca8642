internal import Workers

/// Counters for the operators of the server, in the text format of Prometheus.
final class ServerCounters: Sendable {
  private struct State {
    var requests: [Int: Int] = [:]
    var uploadedBytes = 0
    var accepted = 0
    var refused: [String: Int] = [:]
    var ended: [String: Int] = [:]
    var seconds = 0.0
    var workersLost = 0
  }

  private let state = Locked(State())

  func countRequest(status: Int) { state.withLock { $0.requests[status, default: 0] += 1 } }

  func countUpload(bytes: Int) {
    state.withLock {
      $0.uploadedBytes += bytes
      $0.accepted += 1
    }
  }

  func countRefusal(_ reason: String) { state.withLock { $0.refused[reason, default: 0] += 1 } }

  func countLostWorker() { state.withLock { $0.workersLost += 1 } }

  /// - Parameter outcome: A verdict, or the code of a failure.
  func countEnd(_ outcome: String, seconds: Double) {
    state.withLock {
      $0.ended[outcome, default: 0] += 1
      $0.seconds += seconds
    }
  }

  /// The text of `/metrics`.
  ///
  /// - Parameter gauges: Names without the prefix, with descriptions and values.
  func text(gauges: [(name: String, help: String, value: Double)]) -> String {
    let state = state.withLock { $0 }
    var text = ""
    func write(_ name: String, _ kind: String, _ help: String, _ samples: [(String, String)]) {
      text += "# HELP deepfake_\(name) \(help)\n# TYPE deepfake_\(name) \(kind)\n"
      for (labels, value) in samples { text += "deepfake_\(name)\(labels) \(value)\n" }
    }
    func labelled(_ label: String, _ counts: [String: Int]) -> [(String, String)] {
      counts.sorted { $0.key < $1.key }.map { ("{\(label)=\"\($0.key)\"}", "\($0.value)") }
    }
    let requests = state.requests.map { ("\($0.key)", $0.value) }
    write(
      "http_requests_total", "counter", "Requests by status.",
      labelled("status", Dictionary(uniqueKeysWithValues: requests)))
    write("uploads_total", "counter", "Uploads that were taken.", [("", "\(state.accepted)")])
    write(
      "upload_bytes_total", "counter", "Bytes of uploads that were taken.",
      [("", "\(state.uploadedBytes)")])
    write(
      "uploads_refused_total", "counter", "Uploads that were not taken, by reason.",
      labelled("reason", state.refused))
    write(
      "analyses_total", "counter", "Ended analyses by outcome.", labelled("outcome", state.ended))
    write(
      "analysis_seconds_total", "counter", "Seconds from a worker's start to the answer.",
      [("", "\(state.seconds)")])
    write(
      "workers_lost_total", "counter", "Worker processes that ended without an answer.",
      [("", "\(state.workersLost)")])
    for gauge in gauges { write(gauge.name, "gauge", gauge.help, [("", "\(gauge.value)")]) }
    return text
  }
}
