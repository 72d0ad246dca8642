internal import Foundation
internal import Glibc

/// A process, for others on the same machine.
struct ProcessIdentity: BitwiseCopyable {
  let number: Int64
  /// Of the machine and the space of its process numbers: containers have their own.
  let space: UInt64

  /// This process.
  static let current: ProcessIdentity = {
    let boot = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
    let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    // FNV-1a.
    let hash = [UInt8](boot ?? Data()) + Array((space ?? "").utf8)
    return ProcessIdentity(
      number: Int64(getpid()),
      space: hash.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  }()
}

/// A process of another rank on this machine, which is looked at now and then.
struct NeighbourProcess {
  private let number: pid_t
  private var lastLook = ContinuousClock.now
  private var absences = 0

  /// Nil for a process of another machine.
  init?(_ process: ProcessIdentity) {
    guard process.space == ProcessIdentity.current.space else { return nil }
    number = pid_t(process.number)
  }

  /// Whether it is gone. Twice in a row, so that its last words are heard in between.
  mutating func hasEnded() -> Bool {
    let now = ContinuousClock.now
    guard now - lastLook > .milliseconds(100) else { return false }
    lastLook = now
    absences = isGone ? absences + 1 : 0
    return absences > 1
  }

  /// Also a process whose end its parent has not asked for yet.
  private var isGone: Bool {
    guard kill(number, 0) == 0 || errno != ESRCH else { return true }
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(number)/stat") else {
      return false
    }
    // The state comes after the name, which is in brackets and may have any others in it.
    let state = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?
      .trimmingPrefix(" ").first
    return state == "Z" || state == "X"
  }
}
