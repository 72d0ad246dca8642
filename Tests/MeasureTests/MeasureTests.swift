import Foundation
import TestSupport
import Testing

@testable import Measure

@Suite struct MeasureTests {
  /// Computes until the calling thread has used so much CPU time.
  private func work(seconds: Double) {
    let start = ThreadCPUClock.seconds()
    var value = 1.0
    while ThreadCPUClock.seconds() - start < seconds { value = (value + 1).squareRoot() }
    #expect(value > 1)
  }

  @Test func clocksGrowWithWork() {
    let watch = Stopwatch()
    let (thread, process) = (ThreadCPUClock.seconds(), ProcessCPUClock.seconds())
    work(seconds: 0.01)
    #expect(ThreadCPUClock.seconds() - thread >= 0.01)
    #expect(ProcessCPUClock.seconds() - process >= 0.01)
    // One thread uses no more CPU time than time goes by.
    #expect(watch.seconds >= 0.0099)
  }

  @Test func aSleepingThreadUsesNoTime() {
    let (watch, thread) = (Stopwatch(), ThreadCPUClock.seconds())
    usleep(100_000)
    #expect(watch.seconds >= 0.0999)
    #expect(ThreadCPUClock.seconds() - thread < 0.09)
  }

  @Test(
    arguments: [
      ([3], 3), ([4, 1], 2.5), ([9, 1, 5], 5), ([9, 1, 5, 7], 6),
    ] as [([Double], Double)])
  func medians(values: [Double], expected: Double) {
    #expect(median(values) == expected)
    #expect(median([]).isNaN)
  }

  @Test func theHardware() throws {
    let hardware = Hardware.current
    #expect(!hardware.processor.isEmpty && !hardware.system.isEmpty)
    #expect(hardware.cores >= 1 && hardware.memoryMebibytes > 100)
    #expect(
      try JSONDecoder().decode(Hardware.self, from: JSONEncoder().encode(hardware)) == hardware)
  }

  @Test func linesOfTables() throws {
    try withTemporaryDirectory { folder in
      try folder.write("VmPeak:\t  12 kB\nVmHWM:\t 345 kB\nVmHWM:\t 1 kB\n", to: "table")
      let path = folder.path(of: "table")
      #expect(value(of: "VmHWM:", inTable: path) == "345 kB")
      #expect(value(of: "VmRSS:", inTable: path) == nil)
      #expect(value(of: "VmRSS:", inTable: path + "s") == nil)
    }
  }

  @Test func memoryThatIsTouchedCounts() {
    let before = ProcessMemory.peakMebibytes
    #expect(before > 1)
    let bytes = 64 << 20
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 4096)
    memset(memory, 1, bytes)
    memory.deallocate()
    let after = ProcessMemory.peakMebibytes
    #expect(after >= before && after >= 64)
  }

  @Test func otherProgramsCostTheirOwnTime() throws {
    let script = "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; exit 7"
    let cost = try #require(MeasuredProcess.run("sh", ["-c", script]))
    #expect(cost.exitStatus == 7)
    #expect(cost.cpuSeconds > 0)
    let killed = try #require(MeasuredProcess.run("sh", ["-c", "kill -KILL $$"]))
    #expect(killed.exitStatus == 128 + 9)
    let missing = MeasuredProcess.run("no-such-program-anywhere", [])
    #expect(missing == nil || missing?.exitStatus == 127)
  }
}
