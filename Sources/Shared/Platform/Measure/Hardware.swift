internal import Foundation
internal import Workers

/// The machine that a model was trained on.
public struct Hardware: Codable, Sendable {
  /// Its name, as Linux tells it.
  public let processor: String
  /// Cores that the process may use.
  public let cores: Int
  /// Memory of the machine, MiB.
  public let memoryMebibytes: Int
  /// The operating system.
  public let system: String

  /// This machine.
  public static var current: Hardware {
    Hardware(
      processor: value(of: "model name", in: "/proc/cpuinfo") ?? "unknown",
      cores: WorkerPool.coreCount,
      memoryMebibytes: Int(ProcessInfo.processInfo.physicalMemory >> 20),
      system: ProcessInfo.processInfo.operatingSystemVersionString)
  }

  /// Most memory that this program has had at once, in MiB: `VmHWM` of proc(5).
  ///
  /// `getrusage`, which serves where Linux doesn't tell, also counts what the process was before it
  /// ran this program: a large parent's memory.
  public static var peakMebibytes: Int {
    if let text = value(of: "VmHWM", in: "/proc/self/status")?.split(separator: " ").first,
      let kibibytes = Int(text)
    {
      return kibibytes >> 10
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    // Linux counts in KiB.
    return usage.ru_maxrss >> 10
  }

  /// What stands behind the first `key:` of one of Linux's tables.
  private static func value(of key: String, in file: String) -> String? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(key) {
      return line.split(separator: ":", maxSplits: 1).last.map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }
}
