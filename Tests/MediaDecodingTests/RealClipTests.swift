import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// Real clips.
@Suite(.enabled(if: SharedData.isPresent, "needs ../shared/data"))
struct RealClipTests {
  /// The first clips of each kind.
  static let clips: [String] = {
    guard let root = SharedData.url?.appendingPathComponent("clips").resolvingSymlinksInPath(),
      let walk = FileManager.default.enumerator(atPath: root.path)
    else { return [] }
    let all = walk.compactMap { $0 as? String }.sorted()
    let kinds: [(String, Int)] = [
      ("dfdc/.*\\.mp4", 2), ("/c40/.*\\.mp4", 2), ("/c23/.*\\.mp4", 1),
      ("Celeb-synthesis/.*\\.mp4", 2), ("Celeb-real/.*\\.mp4", 1), ("YouTube-real/.*\\.mp4", 1),
      ("\\.mpg", 1), ("real_only/.*\\.mp4", 1),
    ]
    return kinds.flatMap { pattern, count in
      all.filter { $0.range(of: pattern, options: .regularExpression) != nil }.prefix(count)
        .map { root.appendingPathComponent($0).path }
    }
  }()

  /// FNV-1a over 8-byte words.
  private func digest(_ picture: PixelBuffer) -> UInt64 {
    picture.bytes.withUnsafeBytes { bytes in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for word in bytes.bindMemory(to: UInt64.self) { hash = (hash ^ word) &* 0x100_0000_01b3 }
      return hash
    }
  }

  /// 32 pictures are delivered in ascending order, the same with and without skipping.
  @Test(arguments: clips)
  func sameBytes(path: String) throws {
    func run(skips: Bool) throws -> [[UInt64]] {
      let reader = try VideoReader(path: path, skipsUnneededFrames: skips)
      #expect(reader.claimedDurationSeconds == nil)
      var pictures: [[UInt64]] = []
      let report = try reader.decodeFrames(count: 32) { frame in
        pictures.append([
          UInt64(frame.index), UInt64(try #require(frame.timestampSeconds) * 1e6),
          digest(try frame.picture()),
        ])
      }
      #expect(report.deliveredFrames == min(32, reader.information.frameCount))
      #expect(report.damagedPackets == 0)
      if skips { #expect(report.decodedPackets < reader.information.frameCount) }
      return pictures
    }
    let skipping = try run(skips: true)
    #expect(skipping == (try run(skips: false)))
    for (earlier, later) in zip(skipping, skipping.dropFirst()) {
      #expect(earlier[0] < later[0] && earlier[1] < later[1])
    }
  }
}
