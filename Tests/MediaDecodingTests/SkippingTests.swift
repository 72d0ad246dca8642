import Contract
import Foundation
import TestSupport
import Testing

@testable import MediaDecoding

/// An encoding of a clip that may cause errors in a decoder when pictures are left out.
struct Encoding: CustomTestStringConvertible, Sendable {
  var name: String
  var file: String
  var arguments: [String]
  /// Whether fewer packets are sent than there are; false if the codec or the stream forbids it.
  var isSkippable = true

  var testDescription: String { name }

  static let all: [Encoding] = [
    x264("B pyramid, open groups", "open-gop=1:keyint=24:bframes=3:b-pyramid=normal:scenecut=0"),
    x264("closed groups", "keyint=25:min-keyint=25:bframes=3:b-pyramid=strict:scenecut=0"),
    x264("short groups", "keyint=5:bframes=2"),
    x264("intra refresh", "intra-refresh=1:keyint=20:bframes=0"),
    x264("16 reference pictures", "ref=16:bframes=8:b-adapt=0:keyint=40"),
    x264("interlaced, adaptive (MBAFF)", "interlaced=1:tff=1:keyint=30:bframes=2"),
    x264("no order in the header", "keyint=30:bframes=4:bluray-compat=0:nal-hrd=none"),
    Encoding(
      name: "x264 4:4:4", file: "a.mp4",
      arguments: ["-c:v", "libx264", "-pix_fmt", "yuv444p", "-g", "20"]),
    Encoding(
      name: "x264 in a transport stream", file: "a.ts",
      arguments: ["-c:v", "libx264", "-g", "20", "-bf", "3"]),
    Encoding(
      name: "x264 in Matroska", file: "a.mkv",
      arguments: ["-c:v", "libx264", "-g", "20", "-bf", "3"]),
    Encoding(
      name: "x264 in AVI", file: "a.avi", arguments: ["-c:v", "libx264", "-g", "20", "-bf", "0"],
      isSkippable: false),
    Encoding(
      name: "raw H.264", file: "a.h264", arguments: ["-c:v", "libx264", "-g", "20"],
      isSkippable: false),
    x265("open groups", "open-gop=1:keyint=24:bframes=4:b-pyramid=1"),
    x265("closed groups", "open-gop=0:keyint=24:bframes=4"),
    x265("temporal layers", "open-gop=1:keyint=24:bframes=4:temporal-layers=1"),
    Encoding(
      name: "MPEG-1, transport stream", file: "a.ts",
      arguments: ["-c:v", "mpeg1video", "-g", "12", "-bf", "2", "-b:v", "800k"]),
    Encoding(
      name: "MPEG-2", file: "a.mpg",
      arguments: ["-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-b:v", "800k"]),
    Encoding(
      name: "MPEG-2, interlaced, transport stream", file: "a.ts",
      arguments: [
        "-c:v", "mpeg2video", "-g", "12", "-bf", "2", "-flags", "+ildct+ilme", "-b:v", "800k",
      ]),
    Encoding(
      name: "MPEG-4 in MP4", file: "a.mp4",
      arguments: ["-c:v", "mpeg4", "-g", "12", "-bf", "2", "-q:v", "4"]),
    Encoding(
      name: "MPEG-4 in AVI", file: "a.avi",
      arguments: ["-c:v", "mpeg4", "-g", "12", "-bf", "2", "-q:v", "4"], isSkippable: false),
    Encoding(
      name: "Xvid in MP4 with times that don't know of B pictures", file: "a.mp4",
      arguments: ["-c:v", "libxvid", "-g", "12", "-bf", "2", "-q:v", "4"], isSkippable: false),
    Encoding(name: "Motion JPEG", file: "a.avi", arguments: ["-c:v", "mjpeg", "-q:v", "3"]),
    Encoding(
      name: "VP8", file: "a.webm",
      arguments: ["-c:v", "libvpx", "-g", "20", "-auto-alt-ref", "1", "-lag-in-frames", "10"]),
    Encoding(
      name: "VP9", file: "a.webm",
      arguments: ["-c:v", "libvpx-vp9", "-g", "20", "-lag-in-frames", "10", "-cpu-used", "8"]),
    Encoding(
      name: "AV1", file: "a.mkv",
      arguments: ["-c:v", "libaom-av1", "-g", "40", "-cpu-used", "8", "-usage", "realtime"],
      isSkippable: false),
    Encoding(
      name: "Windows Media", file: "a.wmv", arguments: ["-c:v", "wmv2", "-g", "12"],
      isSkippable: false),
  ]

  private static func x264(_ name: String, _ parameters: String) -> Encoding {
    Encoding(
      name: "x264, \(name)", file: "a.mp4",
      arguments: ["-c:v", "libx264", "-x264-params", parameters])
  }

  private static func x265(_ name: String, _ parameters: String) -> Encoding {
    Encoding(
      name: "x265, \(name)", file: "a.mp4",
      arguments: [
        "-c:v", "libx265", "-preset", "fast", "-tag:v", "hvc1", "-x265-params",
        parameters + ":log-level=none:pools=none:frame-threads=1",
      ])
  }
}

/// Leaving out what isn't needed.
@Suite(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
struct SkippingTests {
  /// Pictures have the same bytes as without skipping, and as from the ffmpeg tool.
  @Test(arguments: Encoding.all)
  func sameBytes(_ encoding: Encoding) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: encoding.file)
      try ffmpeg.makeClip(path, encoding.arguments)
      let reference = try ffmpeg.allPictures(path, width: 192, height: 144)
      for count in [1, 7, 32] {
        #expect(try decoded(path, count: count) == decoded(path, count: count, skips: false))
        // The tool shows both fields of interlaced pictures.
        let skipping = try decoded(path, count: count, pixels: .version1)
        #expect(
          skipping == (try decoded(path, count: count, skips: false, pixels: .version1)),
          "\(count) pictures")
        #expect(skipping.count == count)
        try expectAscending(skipping)
        for delivered in skipping {
          try #require(delivered.index < reference.count)
          let difference = largestDifference(delivered.picture, reference[delivered.index])
          #expect(difference <= 3, "picture \(delivered.index) of \(reference.count)")
        }
      }
      let reader = try VideoReader(path: path)
      #expect(reader.information.frameCount == reference.count)
      #expect(reader.claimedDurationSeconds == nil)
      let report = try reader.decodeFrames(count: 7) { _ in }
      #expect(report.damagedPackets == 0)
      #expect((report.decodedPackets < reader.information.frameCount) == encoding.isSkippable)
    }
  }

  /// H.264 copied without its times.
  @Test func lostTimes() throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let raw = folder.path(of: "a.h264")
      let path = folder.path(of: "a.mp4")
      try ffmpeg.makeClip(raw, ["-c:v", "libx264", "-g", "20", "-bf", "3"])
      try ffmpeg.run(["-v", "error", "-i", raw, "-c", "copy", path])
      let reference = try ffmpeg.allPictures(path, width: 192, height: 144)
      let skipping = try decoded(path, count: 20)
      #expect(skipping.count == 20)
      #expect(skipping == (try decoded(path, count: 20, skips: false)))
      try expectAscending(skipping)
      for delivered in skipping {
        #expect(largestDifference(delivered.picture, reference[delivered.index]) <= 3)
      }
    }
  }

  /// A cut with an edit list begins at the cut.
  @Test(arguments: [false, true])
  func editList(isHEVC: Bool) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let whole = folder.path(of: "whole.mp4")
      let cut = folder.path(of: "cut.mp4")
      try ffmpeg.makeClip(
        whole,
        isHEVC
          ? ["-c:v", "libx265", "-x265-params", "keyint=40:log-level=none:pools=none"]
          : ["-c:v", "libx264", "-g", "40", "-bf", "3"])
      try ffmpeg.run(["-v", "error", "-ss", "2.5", "-i", whole, "-c", "copy", cut])
      let reference = try ffmpeg.allPictures(cut, width: 192, height: 144)
      let skipping = try decoded(cut, count: 9)
      #expect(skipping.count == 9)
      #expect(skipping == (try decoded(cut, count: 9, skips: false)))
      let reader = try VideoReader(path: cut)
      #expect(reader.information.frameCount == reference.count)
      for delivered in skipping {
        #expect(largestDifference(delivered.picture, reference[delivered.index]) <= 3)
      }
    }
  }

  /// Packets beyond the memory limit are read again, with the same result.
  @Test func secondReading() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      try writeClip(path, times: (0..<60).map { Double($0) / 25 })
      #expect(try decoded(path, memoryLimitBytes: 2000) == decoded(path))
      #expect(try decoded(path, skips: false, memoryLimitBytes: 0) == decoded(path))
    }
  }

  /// An error of the caller ends decoding and comes back.
  @Test func callersError() throws {
    struct Stop: Error {}
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      try writeClip(path, times: (0..<20).map { Double($0) / 25 })
      let reader = try VideoReader(path: path)
      var calls = 0
      #expect(throws: Stop.self) {
        try reader.decodeFrames(count: 5) { _ in
          calls += 1
          if calls == 2 { throw Stop() }
        }
      }
      #expect(calls == 2)
      let cancelled = #expect(throws: MediaError.self) {
        try reader.decodeFrames(count: 5, isCancelled: { true }) { _ in }
      }
      #expect(cancelled?.code == .cancelled)
      #expect(try reader.decodeFrames(count: 5) { _ in }.deliveredFrames == 5)
    }
  }
}

/// Index and time of delivered pictures rise strictly.
func expectAscending(_ pictures: [DeliveredPicture]) throws {
  for (earlier, later) in zip(pictures, pictures.dropFirst()) {
    #expect(earlier.index < later.index)
    #expect(earlier.timestampSeconds < later.timestampSeconds)
  }
}
