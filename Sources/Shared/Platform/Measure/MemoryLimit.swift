internal import Foundation
internal import Glibc

/// A limit on the memory of this process, and the memory in use.
///
/// A program that reaches a limit can't report that any more: Swift ends it, OpenBLAS and Dispatch
/// wait for ever. So long work checks its need beforehand, see `MemoryNeed`.
package struct MemoryLimit: Sendable, Equatable {
  /// The memory that a limit counts.
  package enum Kind: Sendable, Equatable {
    /// All that is mapped: RLIMIT_AS, `ulimit -v`.
    case addressSpace
    /// What the process may write to, stacks of its threads included: RLIMIT_DATA, `ulimit -d`.
    case data
    /// Resident memory of all processes of a control group: a container's or batch job's limit.
    case controlGroup
  }

  package let kind: Kind
  package let bytes: Int
  /// Bytes in use, without those that the system can reclaim.
  package let used: Int

  /// Bytes that are left.
  package var free: Int { max(bytes - used, 0) }

  package init(_ kind: Kind, bytes: Int, used: Int) {
    self.kind = kind
    self.bytes = bytes
    self.used = used
  }

  /// The limits that apply, from getrlimit(2), proc(5) and cgroups(7).
  package static var current: [MemoryLimit] {
    func resource(_ number: __rlimit_resource, _ kind: Kind, _ key: String) -> MemoryLimit? {
      var limit = rlimit()
      guard getrlimit(__rlimit_resource_t(number.rawValue), &limit) == 0,
        let bytes = Int(exactly: limit.rlim_cur),
        let used = value(of: key, inTable: "/proc/self/status")?.split(separator: " ").first
          .flatMap({ Int($0) })
      else { return nil }
      return MemoryLimit(kind, bytes: bytes, used: used << 10)
    }
    return [
      resource(RLIMIT_AS, .addressSpace, "VmSize:"), resource(RLIMIT_DATA, .data, "VmData:"),
    ].compactMap(\.self) + ControlGroup.limits(root: "/")
  }
}

/// The memory limits of control groups, from their files in /sys/fs/cgroup.
enum ControlGroup {
  /// The limits of this process's groups and of the groups that contain these.
  ///
  /// - Parameter root: the path of the folder that contains `proc` and `sys`, with a slash at its
  ///   end.
  static func limits(root: String) -> [MemoryLimit] {
    guard let table = text(root + "proc/self/cgroup") else { return [] }
    return table.split(separator: "\n").flatMap { line -> [MemoryLimit] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      if fields[1].isEmpty {
        return folders(root + "sys/fs/cgroup", String(fields[2])).compactMap {
          limit($0, "memory.max", "memory.current", "inactive_file")
        }
      }
      guard fields[1].split(separator: ",").contains("memory") else { return [] }
      return folders(root + "sys/fs/cgroup/memory", String(fields[2])).compactMap {
        limit($0, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
      }
    }
  }

  /// A group's folder and those above it. In a container the group's own path is not visible, and
  /// its folder is the topmost one.
  private static func folders(_ top: String, _ group: String) -> [String] {
    var folders = [top]
    for part in group.split(separator: "/") where part != ".." {
      folders.append((folders.last ?? top) + "/" + part)
    }
    return folders
  }

  private static func limit(
    _ folder: String, _ limit: String, _ usage: String, _ cache: String
  ) -> MemoryLimit? {
    // Without a limit, version 2 of control groups says "max", version 1 a number beyond all
    // memory.
    guard let bytes = number(folder + "/" + limit), bytes < 1 << 50,
      let usage = number(folder + "/" + usage)
    else { return nil }
    let reclaimable = value(of: cache + " ", inTable: folder + "/memory.stat")
      .flatMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    return MemoryLimit(.controlGroup, bytes: bytes, used: max(usage - (reclaimable ?? 0), 0))
  }

  private static func number(_ path: String) -> Int? {
    text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private static func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }
}
