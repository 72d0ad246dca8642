internal import Files
import Foundation

/// Writes a TensorBoard event file: `tensorboard --logdir FOLDER` draws its curves.
///
/// Every process writes a new file; TensorBoard reads all files of a folder as one run, in the
/// order of their names. A file begins with an event that voids the events of earlier files after
/// the resumed step, so that curves have no second branch after an interruption.
///
/// Events are buffered, and written by `flush`, when the buffer reaches 64 KiB, and when the writer
/// is released. Not thread-safe.
package final class TensorBoardWriter {
  /// The event file.
  package let path: String

  private var file: OpenFile
  private var pending: [UInt8] = []
  private let now: () -> Double

  private static let pendingLimit = 1 << 16

  /// Creates the next event file of a run.
  ///
  /// - Parameters:
  ///   - folder: Folder of the run's event files; created if it is missing.
  ///   - resumedStep: The step from which the run continues; later events of earlier files become
  ///     void. Nil for a run that starts again: all events of earlier files become void.
  package convenience init(folder: String, resumedStep: Int? = nil) throws(ReportingError) {
    try self.init(folder: folder, resumedStep: resumedStep) { Date().timeIntervalSince1970 }
  }

  /// - Parameter now: Seconds since 1970, for tests.
  init(
    folder: String, resumedStep: Int?, now: @escaping () -> Double
  ) throws(ReportingError) {
    path = folder + "/" + (try Self.nextFileName(in: folder, now: now()))
    file = try report(OpenFile(path, .append, creating: .always))
    self.now = now
    append(.fileVersion, step: 0)
    append(.sessionStart, step: resumedStep.map { $0 < .max ? $0 + 1 : $0 } ?? 0)
    try flush()
  }

  deinit {
    // A caller that wants to know about failures calls `flush`.
    try? flush()
  }

  /// Adds one number. TensorBoard keeps it as a `Float`.
  ///
  /// - Parameters:
  ///   - tag: The curve's name; the part before a slash is its group (`train/loss`).
  ///   - value: The number; TensorBoard draws a mark if it is not finite.
  ///   - step: Number of optimizer steps so far.
  package func scalar(_ tag: String, _ value: Double, step: Int) throws(ReportingError) {
    try scalars([(tag, value)], step: step)
  }

  /// Adds several numbers of one step, see `scalar`.
  package func scalars(
    _ values: [(tag: String, value: Double)], step: Int
  ) throws(ReportingError) {
    guard !values.isEmpty else { return }
    append(.scalars(values), step: step)
    if pending.count >= Self.pendingLimit { try flush() }
  }

  /// Adds text in Markdown, for instance the configuration, to TensorBoard's "Text" page.
  package func text(_ tag: String, _ markdown: String, step: Int) throws(ReportingError) {
    append(.text(tag: tag, markdown: markdown), step: step)
    if pending.count >= Self.pendingLimit { try flush() }
  }

  /// Passes the buffered events to the operating system, so that they survive the end
  /// of the process. If that fails, these events are lost, the file stays readable, and
  /// the run may continue.
  package func flush() throws(ReportingError) {
    guard !pending.isEmpty else { return }
    defer { pending.removeAll(keepingCapacity: true) }
    try report(file.append(pending))
  }

  private func append(_ content: TensorBoardEvent.Content, step: Int) {
    pending += TensorBoardEvent(wallTime: now(), step: step, content: content).record
  }
}

// MARK: File names

extension TensorBoardWriter {
  private static let prefix = "events.out.tfevents."
  private static let latestTime = 9_999_999_999

  /// `events.out.tfevents.<seconds, 10 digits>.<host>.<process>`, which sorts
  /// after all existing files.
  private static func nextFileName(
    in folder: String, now: Double
  ) throws(ReportingError) -> String {
    let names: [String]
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw ReportingError(
        .inputOutput, folder, "can't make or list the folder", cause: error.localizedDescription)
    }
    // The order must be right after a restart within a second, and after the clock was set back.
    let latest = names.compactMap(time).max() ?? 0
    let current = Int(exactly: now.rounded(.down)) ?? 0
    let time = String(min(max(current, latest + 1), latestTime))
    let digits = String(repeating: "0", count: 10 - time.count) + time
    return "\(prefix)\(digits).\(hostName()).\(ProcessInfo.processInfo.processIdentifier)"
  }

  /// The seconds in the name of an event file; nil for other files, and for times so late that no
  /// later one fits in 10 digits.
  private static func time(inName name: String) -> Int? {
    guard name.hasPrefix(prefix) else { return nil }
    let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
    guard digits.utf8.count == 10, let time = Int(digits), (0..<latestTime).contains(time) else {
      return nil
    }
    return time
  }

  /// The machine's name, with other characters than letters, digits and hyphens
  /// replaced by underscores. `ProcessInfo` would ask the network for it. The
  /// corresponding C function is `gethostname`.
  private static func hostName() -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    let status = gethostname(&bytes, bytes.count)
    let name = bytes.prefix(64).prefix { $0 != 0 }.map { byte in
      let character = Character(Unicode.Scalar(UInt8(bitPattern: byte)))
      let isPlain = character.isASCII && (character.isLetter || character.isNumber)
      return isPlain || character == "-" ? character : "_"
    }
    return status != 0 || name.isEmpty ? "localhost" : String(name)
  }
}
