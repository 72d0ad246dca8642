internal import Foundation
internal import Glibc

/// A process, for others that may be on the same machine.
struct ProcessIdentity: BitwiseCopyable {
  let number: Int64
  /// When it began, in the kernel's ticks since the machine started; 0 where that isn't known.
  let start: UInt64
  /// A hash of the machine and the space of its process numbers, of which containers have their own.
  let space: UInt64

  /// This process.
  static let current: ProcessIdentity = {
    let boot = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
    let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    // FNV-1a.
    let hash = ([UInt8](boot ?? Data()) + Array((space ?? "").utf8))
      .reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return ProcessIdentity(
      number: Int64(getpid()), start: ProcessState(of: getpid())?.start ?? 0, space: hash)
  }()
}

/// What the kernel says of a process, in /proc/PID/stat.
private struct ProcessState {
  let letter: Character
  let start: UInt64

  init?(of number: pid_t) {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(number)/stat"),
      // The fields come after the name, which is in brackets and may have any others in it.
      let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?
        .split(separator: " "),
      fields.count > 19, let letter = fields[0].first, let start = UInt64(fields[19])
    else { return nil }
    self.letter = letter
    self.start = start
  }

  /// Ended, though its parent has not asked for that yet.
  var hasEnded: Bool { letter == "Z" || letter == "X" }
}

/// The process of another rank on this machine, which is looked at now and then.
struct NeighbourProcess {
  private let number: pid_t
  private let start: UInt64
  private var lastLook = ContinuousClock.now
  private var absences = 0

  /// Nil for a process of another machine, or where that isn't sure: it must be there now, and have begun
  /// when it says.
  init?(_ process: ProcessIdentity) {
    guard process.start != 0, process.space == ProcessIdentity.current.space,
      let number = pid_t(exactly: process.number),
      ProcessState(of: number)?.start == process.start
    else { return nil }
    self.number = number
    start = process.start
  }

  /// Whether it is gone. Twice in a row, so that its last words are heard in between.
  mutating func hasEnded() -> Bool {
    let now = ContinuousClock.now
    guard now - lastLook > .milliseconds(100) else { return false }
    lastLook = now
    let state = ProcessState(of: number)
    let isThere = state?.start == start && state?.hasEnded == false
    absences = isThere ? 0 : absences + 1
    return absences > 1
  }
}
