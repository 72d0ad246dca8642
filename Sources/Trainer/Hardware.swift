import Foundation
import WorkerPool

/// The machine that a model was trained on.
struct Hardware: Codable {
  let processor: String
  let cores: Int
  let memoryMebibytes: Int
  let system: String

  static var current: Hardware {
    Hardware(
      processor: processorName ?? "unknown", cores: WorkerPool.coreCount,
      memoryMebibytes: Int(ProcessInfo.processInfo.physicalMemory >> 20),
      system: ProcessInfo.processInfo.operatingSystemVersionString)
  }

  /// Most memory that this process has had at once, in MiB. The corresponding C function is
  /// `getrusage`.
  static var peakMebibytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    // Linux counts in KiB.
    return usage.ru_maxrss >> 10
  }

  private static var processorName: String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return nil
    }
    for line in text.split(separator: "\n") where line.hasPrefix("model name") {
      return line.split(separator: ":", maxSplits: 1).last.map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }
}
