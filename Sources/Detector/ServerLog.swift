import Foundation
import Logging
import PrintableText
import Terminal

/// The log of the server on standard error, with one line per event, as text or as JSON.
struct ServerLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.notice
  private let asJSON: Bool

  private init(asJSON: Bool) { self.asJSON = asJSON }

  static func logger(asJSON: Bool) -> Logger {
    Logger(label: "detector") { _ in ServerLog(asJSON: asJSON) }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let time = ISO8601DateFormatter().string(from: Date())
    let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    guard asJSON else {
      let rest = all.map { " \($0.key)=\($0.value)" }.joined()
      StandardError.write("\(time) \(event.level): \(event.message)\(rest)".printable)
      return
    }
    var fields = ["time": time, "level": "\(event.level)", "message": "\(event.message)"]
    for (key, value) in all { fields[key] = "\(value)" }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(fields) else { return }
    StandardError.write(String(decoding: data, as: UTF8.self))
  }
}
