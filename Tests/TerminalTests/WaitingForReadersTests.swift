import Foundation
import Testing

@testable import Terminal

@Suite struct WaitingForReaders {
  /// A pipe with some unread bytes, and how long the wait for a reader took.
  private func seconds(
    atMost longest: Duration, reader: @escaping @Sendable (FileHandle) -> Void
  ) throws -> Double {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data("last words\n".utf8))
    let input = pipe.fileHandleForReading
    let thread = Thread { reader(input) }
    thread.start()
    let taken = ContinuousClock().measure {
      OutputDescriptor.waitUntilRead(
        pipe.fileHandleForWriting.fileDescriptor, atMost: longest)
    }
    return taken / .seconds(1)
  }

  @Test func aReaderIsWaitedFor() throws {
    let taken = try seconds(atMost: .seconds(60)) { input in
      usleep(400_000)
      _ = input.availableData
    }
    #expect((0.5..<50).contains(taken), "\(taken)")
  }

  @Test func nobodyIsWaitedForForEver() throws {
    let taken = try seconds(atMost: .milliseconds(300)) { _ in }
    #expect((0.4..<50).contains(taken), "\(taken)")
  }

  @Test func aFileHasNoReader() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data("last words\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let handle = try FileHandle(forWritingTo: file)
    let taken = ContinuousClock().measure {
      OutputDescriptor.waitUntilRead(handle.fileDescriptor, atMost: .seconds(60))
    }
    #expect(taken < .seconds(50))
  }
}
