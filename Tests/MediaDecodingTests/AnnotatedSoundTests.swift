import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// Sound beside changed pictures.
@Suite(
  .enabled(
    if: CommandLineTool.ffmpeg != nil && CommandLineTool.ffprobe != nil, "needs ffmpeg, ffprobe"))
struct AnnotatedSoundTests {
  private let ffmpeg: CommandLineTool
  private let ffprobe: CommandLineTool

  init() throws {
    ffmpeg = try #require(CommandLineTool.ffmpeg)
    ffprobe = try #require(CommandLineTool.ffprobe)
  }

  /// Makes a clip of two seconds with a tone.
  private func make(_ path: String, offset: Double = 0, _ sound: [String]) throws {
    try ffmpeg.run(
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=2",
        "-itsoffset", "\(offset)", "-f", "lavfi", "-i",
        "sine=frequency=500:sample_rate=48000:duration=2", "-c:v", "libx264", "-bf", "2",
      ] + sound + [path])
  }

  /// What is in the packets of a clip's sound, or in its samples.
  private func hash(_ path: String, decoded: Bool = false) throws -> [String] {
    try ffmpeg.lines(
      ["-v", "error", "-i", path, "-map", "0:a"] + (decoded ? [] : ["-c", "copy"])
        + ["-f", "hash", "-"])
  }

  private func codecs(_ path: String) throws -> [String] {
    try ffprobe.lines([
      "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", path,
    ]).map { $0.filter { $0 != "," } }
  }

  /// Presentation times of the first packets of picture and sound, in seconds.
  private func starts(_ path: String) throws -> [Double] {
    try ["v:0", "a:0"].map { stream in
      let lines = try ffprobe.lines([
        "-v", "error", "-select_streams", stream, "-show_entries", "packet=pts_time", "-of",
        "csv=p=0", path,
      ])
      return try #require(lines.compactMap { Double($0.filter { $0 != "," }) }.min())
    }
  }

  /// Packets are the same, byte by byte, and sound stays in sync with the pictures.
  @Test(
    arguments: [
      ("a.mp4", "aac", "aac"), ("a.mkv", "aac", "aac"), ("a.mp4", "libmp3lame", "mp3"),
      ("a.avi", "libmp3lame", "mp3"), ("a.mkv", "ac3", "ac3"), ("a.mkv", "eac3", "eac3"),
      ("a.mkv", "libopus", "opus"), ("a.mkv", "flac", "flac"), ("a.mov", "alac", "alac"),
      ("a.flv", "aac", "aac"),
    ], [0, 0.5, -0.25])
  func copied(clip: (name: String, encoder: String, codec: String), offset: Double) throws {
    guard ffmpeg.has(encoder: clip.encoder) else { return }
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: clip.name), folder.path(of: "out.mp4"))
      try make(input, offset: offset, ["-c:a", clip.encoder])
      let result = try annotate(input, output)
      #expect(result.summary.soundStreams == 1 && result.summary.notes == [])
      #expect(try codecs(output) == ["h264", clip.codec])
      #expect(try hash(output) == hash(input))
      // AVI has no presentation times.
      if !clip.name.hasSuffix("avi") {
        let (before, after) = (try starts(input), try starts(output))
        #expect(
          abs((before[1] - before[0]) - (after[1] - after[0])) < 0.0015, "\(before), \(after)")
      }
      try expectSameTimes(output, as: input)
    }
  }

  /// AAC with headers of its own loses them, with the same samples; times that begin anywhere begin
  /// at 0.
  @Test(arguments: [0, 0.5])
  func transportStream(offset: Double) throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "a.ts"), folder.path(of: "out.mp4"))
      try make(input, offset: offset, ["-c:a", "aac", "-output_ts_offset", "5000"])
      try annotate(input, output)
      #expect(try codecs(output) == ["h264", "aac"])
      #expect(try hash(output, decoded: true) == hash(input, decoded: true))
      let (before, after) = (try starts(input), try starts(output))
      #expect(
        abs((before[1] - before[0]) - (after[1] - after[0])) < 0.0015, "\(before), \(after)")
      #expect(after.min().map { abs($0) < 0.1 } == true)
    }
  }

  /// Several streams are copied; one that MP4 doesn't hold is left out, with a note.
  @Test func severalStreams() throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "a.mkv"), folder.path(of: "out.mp4"))
      try make(
        input,
        [
          "-map", "0:v", "-map", "1:a", "-map", "1:a", "-map", "1:a", "-c:a:0", "aac", "-c:a:1",
          "wmav2", "-c:a:2", "ac3", "-metadata:s:a:2", "language=fra",
        ])
      let result = try annotate(input, output)
      #expect(result.summary.soundStreams == 2)
      #expect(result.summary.notes.count == 1)
      #expect(result.summary.notes.first?.contains("wmav2") == true)
      #expect(try codecs(output) == ["h264", "aac", "ac3"])
      let languages = try ffprobe.lines([
        "-v", "error", "-select_streams", "a", "-show_entries", "stream_tags=language", "-of",
        "compact=p=0:nk=1", output,
      ])
      #expect(languages.last?.contains("fra") == true)
    }
  }

  /// Sound that is longer than the pictures is kept, and the header's length then counts as no
  /// damage.
  @Test(arguments: [("a.mp4", "aac"), ("a.mkv", "aac"), ("a.mkv", "pcm_s16le")])
  func longerSound(name: String, codec: String) throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: name), folder.path(of: "out.mp4"))
      try make(input, ["-af", "apad=pad_dur=3", "-c:a", codec])
      let result = try annotate(input, output)
      #expect(result.summary.damagedFromSeconds == nil)
      guard codec == "aac" else {
        #expect(result.summary.soundStreams == 0 && result.summary.notes.count == 1)
        return
      }
      #expect(try hash(output) == hash(input))
    }
  }
}
