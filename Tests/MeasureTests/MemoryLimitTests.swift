import Foundation
import TestSupport
import Testing

@testable import Measure

/// The limits of memory, and the message if they are too low.
@Suite struct MemoryLimitTests {
  /// Control groups of version 2: the process's own and those that contain it.
  @Test func controlGroups() throws {
    try withTemporaryDirectory { folder in
      try folder.write("0::/jobs/a\n", to: "proc/self/cgroup")
      try folder.write("max\n", to: "sys/fs/cgroup/jobs/memory.max")
      try folder.write("1000\n", to: "sys/fs/cgroup/jobs/memory.current")
      try folder.write("1073741824\n", to: "sys/fs/cgroup/jobs/a/memory.max")
      try folder.write("500000000\n", to: "sys/fs/cgroup/jobs/a/memory.current")
      try folder.write(
        "anon 7\ninactive_file 100000000\nslab 3\n", to: "sys/fs/cgroup/jobs/a/memory.stat")
      #expect(
        ControlGroup.limits(root: folder.path + "/") == [
          MemoryLimit(.controlGroup, bytes: 1_073_741_824, used: 400_000_000)
        ])
    }
  }

  /// Version 1, whose number for "no limit" is beyond all memory; in a container the group's
  /// folder is the topmost one, whatever the group is called outside.
  @Test func olderControlGroups() throws {
    try withTemporaryDirectory { folder in
      try folder.write("9:cpu:/x\n4:memory:/docker/0123\n", to: "proc/self/cgroup")
      let memory = "sys/fs/cgroup/memory/"
      try folder.write("536870912\n", to: memory + "memory.limit_in_bytes")
      try folder.write("100\n", to: memory + "memory.usage_in_bytes")
      #expect(
        ControlGroup.limits(root: folder.path + "/") == [
          MemoryLimit(.controlGroup, bytes: 536_870_912, used: 100)
        ])
      try folder.write("9223372036854771712\n", to: memory + "memory.limit_in_bytes")
      #expect(ControlGroup.limits(root: folder.path + "/").isEmpty)
    }
  }

  /// Each limit counts its own kind of memory, and the message says what to set.
  @Test func needs() {
    // Another run may have two more threads at the same point.
    let other = MemoryNeed.stacks(threads: 2) >> 10
    let need = MemoryNeed(written: 100 << 20, reserved: 50 << 20, mapped: 30 << 20)
    func obstacle(_ kind: MemoryLimit.Kind, _ mebibytes: Int) -> String? {
      need.obstacle(
        for: "the work", remedy: "take fewer workers",
        within: [MemoryLimit(kind, bytes: mebibytes << 20, used: 20 << 20)])
    }
    #expect(obstacle(.addressSpace, 200) == nil)
    #expect(
      obstacle(.addressSpace, 199)
        == "not enough memory for the work: it needs about 200 MiB, and ulimit -v allows 199; "
        + "take fewer workers, or raise ulimit -v to \(205824 + other / 1024 * 1024)")
    #expect(obstacle(.data, 170) == nil)
    #expect(obstacle(.data, 169)?.contains("ulimit -d to \(175104 + other / 1024 * 1024)") == true)
    let limit = MemoryLimit(.data, bytes: 170 << 20, used: 20 << 20)
    #expect(MemoryNeed.cautious([limit]).first?.used == limit.used + other << 10)
    let group = MemoryLimit(.controlGroup, bytes: 120 << 20, used: 20 << 20)
    #expect(MemoryNeed.cautious([group]) == [group])
    #expect(obstacle(.controlGroup, 120) == nil)
    #expect(obstacle(.controlGroup, 119)?.contains("raise its limit to 120 MiB") == true)
    #expect(need.obstacle(for: "the work", remedy: "", within: []) == nil)
  }

  /// The limits of this process are those that the system reports.
  @Test func currentLimits() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
    let found = MemoryLimit.current.first { $0.kind == .data }
    #expect((found == nil) == (Int(exactly: limit.rlim_cur) == nil))
    #expect(MemoryNeed.stacks(threads: 3) >= 3 << 16)
  }
}
