internal import Foundation
internal import Glibc

/// Identifies a process to others that may be on the same machine.
struct ProcessIdentity: BitwiseCopyable {
  let number: Int64
  /// When it began, in the kernel's ticks since the machine started; 0 if that isn't known.
  let start: UInt64
  /// A hash of the machine and its process namespace; a container has a namespace of its own.
  let space: UInt64

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

/// The state of a process, as /proc/PID/stat gives it.
private struct ProcessState {
  let letter: Character
  let start: UInt64

  init?(of number: pid_t) {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(number)/stat"),
      // The fields follow the name, which is in brackets and may contain brackets itself.
      let fields = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?
        .split(separator: " "),
      fields.count > 19, let letter = fields[0].first, let start = UInt64(fields[19])
    else { return nil }
    self.letter = letter
    self.start = start
  }

  /// Whether the process has ended, though its parent has not collected its status yet.
  var hasEnded: Bool { letter == "Z" || letter == "X" }
}

/// The process of another rank on this machine, which is checked from time to time.
struct NeighbourProcess {
  private let number: pid_t
  private let start: UInt64
  private var lastLook = ContinuousClock.now
  private var absences = 0

  /// Nil unless the process is certainly on this machine: it must exist now, and have the start
  /// time that it gives.
  init?(_ process: ProcessIdentity) {
    guard process.start != 0, process.space == ProcessIdentity.current.space,
      let number = pid_t(exactly: process.number),
      ProcessState(of: number)?.start == process.start
    else { return nil }
    self.number = number
    start = process.start
  }

  /// Whether the process is gone. It must be missing twice in a row, so that its last message can
  /// be heard in between.
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
