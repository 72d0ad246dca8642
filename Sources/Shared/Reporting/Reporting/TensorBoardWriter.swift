internal import Files
import Foundation

/// Writes a TensorBoard event file: `tensorboard --logdir FOLDER` draws its curves.
///
/// Every process start makes a new file; TensorBoard reads all files of a folder as one run, in the
/// order of their names. A file begins with a mark that voids what earlier files have beyond the
/// resumed step, so that curves have no second branch after an interruption.
///
/// Events are collected and written at `flush`, when 64 KiB have come together, and when the writer
/// goes away. Not for several threads at once.
package final class TensorBoardWriter {
  /// The event file.
  package let path: String

  private var file: OpenFile
  private var pending: [UInt8] = []
  private let now: () -> Double

  private static let pendingLimit = 1 << 16

  /// Makes the next event file of a run.
  ///
  /// - Parameters:
  ///   - folder: Folder of the run's event files; made where it is missing.
  ///   - resumedStep: The step whose state the run goes on from; later events of earlier files are
  ///     void. Nil where the run begins anew: all of them are.
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
    // Whoever wants to know of a failure calls `flush`.
    try? flush()
  }

  /// Adds one number. TensorBoard keeps it as a `Float`.
  ///
  /// - Parameters:
  ///   - tag: The curve's name; what stands before a slash groups curves (`train/loss`).
  ///   - value: The number; one that is not finite is drawn as a mark.
  ///   - step: Optimizer steps so far.
  package func scalar(_ tag: String, _ value: Double, step: Int) throws(ReportingError) {
    try scalars([(tag, value)], step: step)
  }

  /// Adds numbers of one step, see `scalar`.
  package func scalars(
    _ values: [(tag: String, value: Double)], step: Int
  ) throws(ReportingError) {
    guard !values.isEmpty else { return }
    append(.scalars(values), step: step)
    if pending.count >= Self.pendingLimit { try flush() }
  }

  /// Adds text in Markdown, e.g. the configuration, to TensorBoard's page of texts.
  package func text(_ tag: String, _ markdown: String, step: Int) throws(ReportingError) {
    append(.text(tag: tag, markdown: markdown), step: step)
    if pending.count >= Self.pendingLimit { try flush() }
  }

  /// Hands what was collected to the operating system: it survives the end of the process. Where
  /// that fails, the collected events are lost and the file stays readable; the run may go on.
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

  /// `events.out.tfevents.<seconds, 10 digits>.<host>.<process>`, sorted after all that are there.
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
    // Restarts within a second, and a clock that was set back, must not change the order.
    let latest = names.compactMap(time).max() ?? 0
    let current = Int(exactly: now.rounded(.down)) ?? 0
    let time = String(min(max(current, latest + 1), latestTime))
    let digits = String(repeating: "0", count: 10 - time.count) + time
    return "\(prefix)\(digits).\(hostName()).\(ProcessInfo.processInfo.processIdentifier)"
  }

  /// The seconds in the name of an event file; nil for other files, and for names too far in the
  /// future to be surpassed.
  private static func time(inName name: String) -> Int? {
    guard name.hasPrefix(prefix) else { return nil }
    let digits = name.dropFirst(prefix.count).prefix { $0 != "." }
    guard digits.utf8.count == 10, let time = Int(digits), (0..<latestTime).contains(time) else {
      return nil
    }
    return time
  }

  /// The machine's name, as far as it can stand in a file name. `ProcessInfo` would ask the network
  /// for it. The corresponding C function is `gethostname`.
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
