internal import Foundation

/// Cases that fail in every way there is: whether failures are seen, and no case after them is lost.
struct SelfKind: FuzzKind {
  /// Little, so that taking too much takes no time.
  static let memoryMebibytes = 1024

  static let expected: (words: [String: Int], failures: [FailureKind: Int]) = (
    ["accepted": 1, "refused": 1, "found": 1],
    [.crash: 2, .hang: 1, .memory: 1, .executed: 1, .silent: 1, .rawText: 1]
  )

  let name = "self"
  let longRuns = 10
  let shortRuns = 10

  func prepare(bases: String) {}

  func worker(bases: String) throws -> any FuzzReader { SelfReader() }
}

private struct SelfReader: FuzzReader {
  private enum Raw: Error {
    case keyNotFound
  }

  mutating func run(_ one: inout FuzzCase) throws -> Verdict {
    switch one.number {
    case 0: fatalError("a crash that is wanted")
    case 1: sleep(3600)
    case 2:
      let bytes = UnsafeMutableRawPointer.allocate(byteCount: 64 << 30, alignment: 16)
      bytes.deallocate()
      fatalError("\(bytes)")
    case 3:
      let size = (FuzzWorker.mostResident(of: SelfKind.memoryMebibytes) + 64) << 20
      let bytes = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
      for place in stride(from: 0, to: size, by: 4096) {
        bytes.storeBytes(of: 1, toByteOffset: place, as: UInt8.self)
      }
      bytes.deallocate()
    case 4: try FuzzFiles.write("", Marker.path)
    case 5: throw Raw.keyNotFound
    case 6: return .failed(.silent, "nothing was said")
    case 7: return .refused("for a reason")
    case 8: return .found
    default: break
    }
    return .accepted
  }
}
