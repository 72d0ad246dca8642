import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct FileLockTests {
  private func isFree(_ path: String, for mode: FileLock.Mode) throws -> Bool {
    try FileLock.attempt(path, mode) != nil
  }

  @Test func exclusiveAndShared() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "lock")
      let missing = #expect(throws: FileError.self) { _ = try isFree(path, for: .shared) }
      #expect(missing?.code == .missing)
      do {
        let alone = try FileLock.attempt(path, .exclusive, creating: true)
        #expect(try !isFree(path, for: .shared))
        #expect(try !isFree(path, for: .exclusive))
        #expect(try !isFree(path, for: .shared))
        _ = consume alone
      }
      do {
        let first = try FileLock.attempt(path, .shared)
        let second = try FileLock(waitingFor: path, .shared)

        #expect(try !isFree(path, for: .exclusive))
        _ = consume first
        #expect(try !isFree(path, for: .exclusive))
        _ = consume second
      }
      #expect(try isFree(path, for: .exclusive))
    }
  }

  /// A forked child shares the open files of its parent until it calls `exec`.
  @Test func endsThoughAChildHasTheFile() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "lock")
      let held = try FileLock.attempt(path, .exclusive, creating: true)
      let copy = try copyOfOpenFile(path)
      defer { close(copy) }
      #expect(try !isFree(path, for: .shared))
      _ = consume held
      #expect(try isFree(path, for: .exclusive))
    }
  }

  /// A second descriptor of a file that this process has open, as a forked child has one.
  private func copyOfOpenFile(_ path: String) throws -> Int32 {
    let wanted = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let folder = "/proc/self/fd"
    let number = try FileManager.default.contentsOfDirectory(atPath: folder).first {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == wanted
    }
    return dup(try #require(number.flatMap(Int32.init)))
  }

  @Test func waitsForTheHolder() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "lock")
      let order = Order()
      let held = try FileLock.attempt(path, .exclusive, creating: true)
      let waiting = Thread {
        let lock = try? FileLock(waitingFor: path, .exclusive)
        order.note("waiter")
        _ = consume lock
        order.finish()
      }
      waiting.start()
      // Time for it to run past the lock, if that did not hold it.
      usleep(50_000)
      order.note("holder")
      _ = consume held
      order.wait()
      #expect(order.names == ["holder", "waiter"])
    }
  }

  /// What happened, in order. Sendable because `condition` guards all that changes.
  private final class Order: @unchecked Sendable {
    private let condition = NSCondition()
    private var noted: [String] = []
    private var isFinished = false

    var names: [String] { condition.withLock { noted } }

    func note(_ name: String) { condition.withLock { noted.append(name) } }

    func finish() {
      condition.withLock {
        isFinished = true
        condition.broadcast()
      }
    }

    func wait() {
      condition.withLock { while !isFinished { condition.wait() } }
    }
  }
}
