internal import Foundation
internal import Measure
internal import PrintableText
internal import Workers

/// Shows the progress of a job on standard error: a bar that is redrawn on a terminal, elsewhere a
/// plain line from time to time. May be used from any thread.
package final class ProgressLine: Sendable {
  private struct State {
    var done = 0
    var detail = ""
    var lastDrawn = -Double.infinity
    var isBarVisible = false
  }

  private let total: Int
  private let first: Int
  private let unit: String
  private let isTerminal: Bool
  private let intervalSeconds: Double
  private let clock = Stopwatch()
  private let state = Locked(State())

  /// Creates a progress line.
  ///
  /// - Parameters:
  ///   - total: how many units the job has.
  ///   - first: how many of them an earlier run has done; rate and ETA are computed from the
  ///     others.
  ///   - unit: what is counted, in the plural: `videos`.
  ///   - isTerminal: whether to draw a bar; nil draws one if standard error is a terminal.
  package init(total: Int, first: Int = 0, unit: String, isTerminal: Bool? = nil) {
    self.total = total
    self.first = first
    self.unit = unit
    self.isTerminal = isTerminal ?? (isatty(STDERR_FILENO) == 1)
    intervalSeconds = self.isTerminal ? 0.2 : 10
  }

  /// Updates the progress, which is drawn at most a few times a second.
  package func update(done: Int, detail: String) {
    state.withLock { state in
      let isCompleted = done >= total && state.done < total
      state.done = max(done, state.done)
      state.detail = detail
      let now = clock.seconds
      guard now - state.lastDrawn >= intervalSeconds || isCompleted else { return }
      state.lastDrawn = now
      draw(&state, now)
    }
  }

  /// Prints a line of its own above the bar; names in it are escaped.
  package func note(_ line: String) {
    state.withLock { state in
      write((state.isBarVisible ? "\r\u{1B}[2K" : "") + line.printable + "\n")
      state.isBarVisible = false
      if isTerminal { draw(&state, clock.seconds) }
    }
  }

  /// Prints a line on standard output, above the bar if both are on the same terminal.
  package func print(_ line: String) {
    state.withLock { state in
      if state.isBarVisible { write("\r\u{1B}[2K") }
      state.isBarVisible = false
      StandardOutput.write(line)
      if isTerminal { draw(&state, clock.seconds) }
    }
  }

  /// Ends the bar's line. The progress line must not be used after that.
  package func finish() {
    state.withLock { state in
      if isTerminal { draw(&state, clock.seconds) }
      if state.isBarVisible { write("\n") }
      state.isBarVisible = false
    }
  }

  private func draw(_ state: inout State, _ elapsed: Double) {
    let text = ProgressLine.render(
      done: state.done, total: total, first: first, unit: unit, detail: state.detail,
      elapsedSeconds: elapsed,
      width: isTerminal ? ProgressLine.terminalWidth() : nil)
    if isTerminal {
      write("\r\u{1B}[2K" + text)
      state.isBarVisible = true
    } else {
      write(text + "\n")
    }
  }

  private func write(_ text: String) {
    _ = OutputDescriptor.write(text, to: STDERR_FILENO)
  }

  private static func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
    return Int(size.ws_col)
  }
}

extension ProgressLine {
  /// The text of a progress line.
  ///
  /// - Parameter width: characters of the terminal, for a bar; nil for a plain line.
  static func render(
    done: Int, total: Int, first: Int = 0, unit: String, detail: String, elapsedSeconds: Double,
    width: Int?
  ) -> String {
    let rate = elapsedSeconds > 0 ? Double(max(done - first, 0)) / elapsedSeconds : 0
    var parts = ["\(done)/\(total) \(unit)"]
    if !detail.isEmpty { parts.append(detail.printable) }
    parts.append(String(format: rate < 10 ? "%.2f %@/s" : "%.0f %@/s", rate, unit))
    let isDone = done >= total
    parts.append(
      isDone
        ? duration(elapsedSeconds)
        : "ETA " + (rate > 0 ? duration(Double(total - done) / rate) : "--:--"))
    let text = parts.joined(separator: "  ")
    guard let width else { return text }
    let space = width - text.count - 4
    guard space >= 8 else { return String(text.prefix(max(width - 1, 1))) }
    let length = min(space, 30)
    let filled = total > 0 ? min(done * length / total, length) : length
    return "[" + String(repeating: "#", count: filled)
      + String(repeating: ".", count: length - filled) + "] " + text
  }

  /// A time as `m:ss` or `h:mm:ss`.
  package static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 3.6e6).rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, rest)
      : String(format: "%d:%02d", minutes, rest)
  }
}
