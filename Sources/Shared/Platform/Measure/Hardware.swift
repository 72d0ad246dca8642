internal import Foundation
internal import Workers

/// The machine that a model was trained on, or that numbers were measured on.
package struct Hardware: Codable, Sendable, Equatable {
  /// The processor's name.
  package let processor: String
  /// Cores that the process may use.
  package let cores: Int
  /// Memory of the machine in MiB.
  package let memoryMebibytes: Int
  /// The operating system's name and version.
  package let system: String

  package static var current: Hardware {
    Hardware(
      processor: value(of: "model name", inTable: "/proc/cpuinfo") ?? "unknown",
      cores: WorkerPool.coreCount,
      memoryMebibytes: Int(ProcessInfo.processInfo.physicalMemory >> 20),
      system: ProcessInfo.processInfo.operatingSystemVersionString)
  }
}

/// The text after the first `key:` of one of Linux's tables; nil if there is none.
func value(of key: String, inTable file: String) -> String? {
  guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
  for line in text.split(separator: "\n") where line.hasPrefix(key) {
    return line.split(separator: ":", maxSplits: 1).last.map {
      $0.trimmingCharacters(in: .whitespaces)
    }
  }
  return nil
}
