import Foundation
import TestSupport
import Testing

@testable import MediaDecoding

/// Mutated files.
@Suite(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
struct MutationTests {
  static let seeds: [(String, [String])] = [
    ("a.mp4", ["-c:v", "libx264", "-g", "5", "-bf", "2"]),
    ("b.mp4", ["-c:v", "mpeg4", "-g", "5", "-bf", "2"]),
    ("c.mkv", ["-c:v", "libx265", "-x265-params", "keyint=5:log-level=none:pools=none"]),
    ("d.mpg", ["-c:v", "mpeg2video", "-g", "5", "-bf", "2"]),
    ("e.avi", ["-c:v", "mjpeg"]),
    ("f.webm", ["-c:v", "libvpx-vp9", "-cpu-used", "8"]),
    ("g.ts", ["-c:v", "libx264", "-g", "5"]),
  ]

  /// Mutated files never crash, never hang, never deliver out of order.
  @Test(arguments: seeds)
  func mutations(name: String, arguments: [String]) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: name)
      try ffmpeg.makeClip(path, source: "testsrc2=size=48x32:rate=25:duration=0.4", arguments)
      let original = try Data(contentsOf: URL(fileURLWithPath: path))
      var generator = SplitMix64(state: UInt64(original.count))
      let deadline = Date().addingTimeInterval(20)
      var delivered = 0
      var refused = 0
      for _ in 0..<60 where Date() < deadline {
        try mutated(original, &generator).write(to: URL(fileURLWithPath: path))
        let start = Date()
        var last = -1
        do {
          let reader = try VideoReader(path: path)
          _ = try reader.decodeFrames(count: 4) { frame in
            #expect(frame.index > last)
            last = frame.index
            _ = try frame.reduced(width: 16, height: 16)
            _ = try frame.region(x: frame.width / 2, y: 0, width: 1, height: frame.height)
          }
          delivered += 1
        } catch let error as MediaError {
          #expect(!error.message.isEmpty)
          refused += 1
        }
        #expect(Date().timeIntervalSince(start) < 10)
      }
      #expect(delivered > 0 && delivered + refused > 10)
    }
  }

  /// Rewriting them neither crashes nor leaves an incomplete file.
  @Test(arguments: [
    ("a.mp4", ["-c:v", "libx264", "-bf", "2", "-c:a", "aac"]),
    ("b.ts", ["-c:v", "libx264", "-bf", "2", "-c:a", "aac"]),
    ("c.mkv", ["-c:v", "libx264", "-c:a", "eac3"]),
    ("d.mkv", ["-c:v", "mpeg4", "-c:a", "libopus"]),
    ("e.avi", ["-c:v", "mpeg4", "-c:a", "libmp3lame"]),
    ("f.mov", ["-c:v", "mpeg4", "-c:a", "alac"]),
  ])
  func rewritten(name: String, arguments: [String]) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let (path, output) = (folder.path(of: name), folder.path(of: "out.mp4"))
      try ffmpeg.makeClip(
        path, source: "testsrc2=size=48x32:rate=25:duration=0.4",
        ["-f", "lavfi", "-i", "sine=duration=0.4"] + arguments)
      let original = try Data(contentsOf: URL(fileURLWithPath: path))
      var generator = SplitMix64(state: UInt64(original.count))
      let deadline = Date().addingTimeInterval(15)
      for _ in 0..<40 where Date() < deadline {
        try mutated(original, &generator).write(to: URL(fileURLWithPath: path))
        try? FileManager.default.removeItem(atPath: output)
        do {
          let summary = try annotate(path, output).summary
          #expect(summary.writtenFrames > 0)
          #expect(try VideoReader(path: output).information.frameCount == summary.writtenFrames)
        } catch let error as MediaError {
          #expect(!error.message.isEmpty)
          #expect(!FileManager.default.fileExists(atPath: output), "\(error.message)")
        }
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy {
          $0 == name || $0 == "out.mp4"
        })
    }
  }

  /// Overwrites, cuts, doubles or shifts a few bytes.
  private func mutated(_ data: Data, _ generator: inout SplitMix64) -> Data {
    var data = data
    for _ in 0..<Int.random(in: 1...12, using: &generator) where data.count > 16 {
      let offset = Int.random(in: 0..<(data.count - 8), using: &generator)
      switch Int.random(in: 0..<12, using: &generator) {
      case 0: data = data.prefix(offset + 8)
      case 1: data.insert(contentsOf: data[offset..<(offset + 8)], at: offset)
      case 2: data.removeSubrange(offset..<(offset + 3))
      case 3: data.replaceSubrange(offset..<(offset + 4), with: [0xff, 0xff, 0xff, 0xff])
      case 4: data.replaceSubrange(offset..<(offset + 4), with: [0x7f, 0xff, 0xff, 0xff])
      case 5: data.replaceSubrange(offset..<(offset + 4), with: [0, 0, 0, 0])
      case 6: data[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      default: data[offset] = UInt8.random(in: 0...255, using: &generator)
      }
    }
    return data
  }
}
