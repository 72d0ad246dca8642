import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

#if canImport(Glibc)
  import Glibc
#endif

/// Bad input.
@Suite struct BadInputTests {
  /// Simple reasons are told: missing, a folder, empty, text.
  @Test func plainReasons() throws {
    try withTemporaryDirectory { folder in
      try folder.write("", to: "empty.mp4")
      try folder.write(String(repeating: "This is no video.\n", count: 500), to: "text.mp4")
      let noise = Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 37) })
      try folder.write(noise, to: "noise.mp4")
      let expected: [(String, MediaError.Code, String)] = [
        ("missing.mp4", .missing, "No such file"),
        ("gone/with/its/folder.mp4", .missing, "No such file"),
        ("text.mp4/inside.mp4", .missing, "Not a directory"),
        ("", .unreadable, "not a regular file"),
        ("empty.mp4", .empty, "0 bytes"),
        ("text.mp4", .notAVideo, "not a video file"),
        ("noise.mp4", .notAVideo, "not a video file"),
      ]
      for (name, code, words) in expected {
        let error = failure(folder.path(of: name))
        #expect(error?.code == code, "\(name)")
        #expect(error?.message.contains(words) == true, "\(name): \(error?.message ?? "no error")")
      }
    }
  }

  /// A file that may not be read.
  @Test(.enabled(if: geteuid() != 0, "the administrator reads all"))
  func permission() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      try writeClip(path, times: [0])
      chmod(path, 0)
      let error = failure(path)
      #expect(error?.code == .unreadable)
      #expect(error?.message.contains("Permission denied") == true)
    }
  }

  /// Names with spaces, other scripts and protocol-like prefixes.
  @Test func names() throws {
    try withTemporaryDirectory { folder in
      for name in [
        "a b  c.mp4", "Übung – видео 視頻 🎥.mp4", "concat:x|y.mp4", "a%03d.mp4", "-i.mp4",
      ] {
        let path = folder.path(of: name)
        try writeClip(path, times: [0, 0.04])
        #expect(try decoded(path).count == 2, "\(name)")
      }
    }
  }

  /// Playlists and scripts are refused and open no other file.
  @Test func playlists() throws {
    try withTemporaryDirectory { folder in
      let clip = folder.path(of: "real.mp4")
      try writeClip(clip, times: [0, 0.04])
      let scripts = [
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n\(clip)\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile real.mp4\n",
        "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\">"
          + "<BaseURL>real.mp4</BaseURL></MPD>",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
      ]
      for (number, script) in scripts.enumerated() {
        for suffix in ["mp4", "m3u8", "ffconcat", "mpd", "sdp", "jpg"] {
          let name = "list\(number).\(suffix)"
          try folder.write(script, to: name)
          #expect(failure(folder.path(of: name))?.code == .notAVideo, "\(name)")
        }
      }
    }
  }

  /// A number pattern in a name opens no other file: an existing file of that name is opened
  /// itself.
  @Test func numberPattern() throws {
    try withTemporaryDirectory { folder in
      let picture = try JPEGEncoder(quality: 90).encode(samplePicture(0, width: 64, height: 48))
      for number in 0..<5 { try folder.write(Data(picture), to: "still\(number).jpg") }
      let other = try JPEGEncoder(quality: 90).encode(samplePicture(9, width: 64, height: 48))
      try folder.write(Data(other), to: "still%d.jpg")
      try folder.write(Data(other), to: "other.jpg")
      #expect(
        try decoded(folder.path(of: "still%d.jpg")) == decoded(folder.path(of: "other.jpg")))
      #expect(try decoded(folder.path(of: "still0.jpg")).count == 1)
      try folder.write("text", to: "text%d.jpg")
      try folder.write(Data(picture), to: "text0.jpg")
      #expect(failure(folder.path(of: "text%d.jpg"))?.code == .notAVideo)
    }
  }

  /// Audio only, and audio with a cover.
  @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
  func audioOnly() throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let audio = folder.path(of: "audio.mp4")
      let covered = folder.path(of: "covered.mp4")
      try ffmpeg.makeClip(audio, source: "anullsrc=duration=1", ["-c:a", "aac"])
      try ffmpeg.run([
        "-v", "error", "-i", audio, "-f", "lavfi", "-i",
        "testsrc2=size=64x64:rate=25:duration=0.04",
        "-map", "0", "-map", "1", "-c:a", "copy", "-c:v", "mjpeg", "-disposition:v:0",
        "attached_pic", covered,
      ])
      for path in [audio, covered] {
        let error = failure(path)
        #expect(error?.code == .noVideoStream)
        #expect(error?.message.contains("audio only") == true)
      }
    }
  }

  /// A file cut off before its index is no video; if it is cut off after it, the existing part is
  /// delivered.
  @Test func truncated() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "whole.mp4")
      var options = ClipWriter.Options()
      options.keyInterval = 25
      try writeClip(path, times: (0..<250).map { Double($0) / 25 }, options: options)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      try folder.write(whole.prefix(600), to: "header.mp4")
      let error = failure(folder.path(of: "header.mp4"))
      #expect(error?.code == .notAVideo)
      #expect(error?.message.contains("cut off") == true)

      try folder.write(whole.prefix(whole.count * 2 / 3), to: "half.mp4")
      let reader = try VideoReader(path: folder.path(of: "half.mp4"))
      let claimed = try #require(reader.claimedDurationSeconds)
      #expect(abs(claimed - 10) < 0.2)
      let duration = try #require(reader.information.durationSeconds)
      #expect(duration < 8 && duration > 3)
      #expect(reader.information.frameCount < 250)
      let pictures = try decoded(folder.path(of: "half.mp4"))
      #expect(pictures.count >= 31)
      #expect(try VideoReader(path: path).claimedDurationSeconds == nil)
      let complete = try decoded(path, count: 250)
      for delivered in pictures {
        #expect(delivered.picture == complete[delivered.index].picture)
      }
    }
  }

  /// Corrupt packets in the middle are counted and the rest is delivered.
  @Test func corruptMiddle() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "whole.mp4")
      var options = ClipWriter.Options()
      options.keyInterval = 10
      try writeClip(path, times: (0..<200).map { Double($0) / 25 }, options: options)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      let start = bytes.count / 2
      for offset in start..<(start + 3000) {
        bytes[offset] = UInt8(truncatingIfNeeded: offset &* 91)
      }
      try folder.write(bytes, to: "corrupt.mp4")
      for skips in [true, false] {
        let reader = try VideoReader(
          path: folder.path(of: "corrupt.mp4"), skipsUnneededFrames: skips)
        var times: [Double] = []
        let report = try reader.decodeFrames(count: 100) {
          times.append(try #require($0.timestampSeconds))
        }
        #expect(report.damagedPackets > 0)
        #expect(report.chosenFrames == 100)
        #expect(report.deliveredFrames == times.count && times.count >= 60 && times.count < 100)
        #expect(times == times.sorted())
      }
    }
  }

  /// A stream of damaged pictures alone has a reason.
  @Test func noPicture() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "whole.mp4")
      try writeClip(path, times: (0..<20).map { Double($0) / 25 })
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      let content = try #require(bytes.range(of: Data("mdat".utf8))).upperBound
      for offset in content..<bytes.count { bytes[offset] = 0xaa }
      try folder.write(bytes, to: "corrupt.mp4")
      let error = failure(folder.path(of: "corrupt.mp4"))
      #expect(error?.code == .noFrames)
    }
  }
}
