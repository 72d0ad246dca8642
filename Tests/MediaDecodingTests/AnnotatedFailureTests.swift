import Contract
import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

#if canImport(Glibc)
  import Glibc
#endif

/// Rewriting that ends early, and what can't be rewritten.
@Suite struct AnnotatedFailureTests {
  private struct Refusal: Error {}

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  private func names(_ folder: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// Cancellation and an error while drawing leave no new file, and keep an existing one.
  @Test(arguments: [0, 1, 12, 29])
  func stopped(after count: Int) throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "in.mp4"), folder.path(of: "out.mp4"))
      try writeClip(input, times: (0..<30).map { Double($0) / 25 })
      try folder.write("former", to: "out.mp4")
      var written = 0
      let cancelled = #expect(throws: MediaError.self) {
        try AnnotatedClip.write(
          from: input, to: output, pixels: PixelInterpretation(), isCancelled: { written >= count },
          progress: { number, total in
            #expect(total == 30 && number == written + 1)
            written = number
          }, draw: { _, _, _ in })
      }
      #expect(cancelled?.code == .cancelled)
      #expect(throws: Refusal.self) {
        try annotate(input, output) { _, index in if index == count { throw Refusal() } }
      }
      #expect(try text(output) == "former" && names(folder) == ["in.mp4", "out.mp4"])
    }
  }

  /// A full disk leaves nothing; a limit on the size of files simulates it.
  @Test func fullDisk() async {
    // The limit holds for a process, hence one of its own.
    await #expect(processExitsWith: .success) {
      try withTemporaryDirectory { folder in
        let (input, output) = (folder.path(of: "in.mp4"), folder.path(of: "out.mp4"))
        try writeClip(input, times: (0..<50).map { Double($0) / 25 }, width: 192, height: 128)
        try folder.write("former", to: "out.mp4")
        var limit = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        limit.rlim_cur = 1 << 14
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        let error = #expect(throws: MediaError.self) {
          try annotate(input, output, constantRateFactor: 1)
        }
        try #require(error?.code == .writingFailed)
        try #require(error?.message.contains("File too large") == true)
        try #require(error?.message.contains("partial") == false)
        try #require(try String(contentsOfFile: output, encoding: .utf8) == "former")
        try #require(
          try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
      }
    }
  }

  /// What can be decoded of a damaged video is written, and the time from which it is damaged is
  /// reported.
  @Test func damagedMiddle() throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "in.mp4"), folder.path(of: "out.mp4"))
      var options = ClipWriter.Options()
      options.keyInterval = 10
      try writeClip(input, times: (0..<200).map { Double($0) / 25 }, options: options)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: input))
      for offset in (bytes.count / 2)..<(bytes.count / 2 + 3000) {
        bytes[offset] = UInt8(truncatingIfNeeded: offset &* 91)
      }
      try folder.write(bytes, to: "in.mp4")
      let result = try annotate(input, output)
      let from = try #require(result.summary.damagedFromSeconds)
      let indices = result.drawn.map(\.index)
      let firstLost = try #require((0..<200).first { !indices.contains($0) })
      #expect(abs(from - Double(firstLost) / 25) < 1e-6)
      #expect(from > 1 && from < 7 && result.summary.damagedPackets > 0)
      #expect(result.summary.writtenFrames == indices.count && indices.count > 100)
      #expect(result.summary.notes.contains { $0.contains("of 200 pictures can't be decoded") })
      #expect(
        try allDecoded(output).map { ($0.timestampSeconds * 25).rounded() }
          == indices.map(Double.init))
    }
  }

  /// A truncated video is damaged from its end on.
  @Test func truncated() throws {
    try withTemporaryDirectory { folder in
      let (input, output) = (folder.path(of: "in.mp4"), folder.path(of: "out.mp4"))
      try writeClip(input, times: (0..<250).map { Double($0) / 25 })
      let whole = try Data(contentsOf: URL(fileURLWithPath: input))
      try folder.write(whole.prefix(whole.count * 2 / 3), to: "in.mp4")
      let result = try annotate(input, output)
      let end = Double(result.summary.writtenFrames) / 25
      let from = try #require(result.summary.damagedFromSeconds)
      #expect(abs(from - end) < 0.2 && from > 3 && from < 8)
      #expect(result.summary.notes.contains { $0.contains("that it claims") })
      #expect(try allDecoded(output).count == result.summary.writtenFrames)
    }
  }

  /// No picture at all is an error, and no file.
  @Test func noPicture() throws {
    try withTemporaryDirectory { folder in
      let input = folder.path(of: "in.mp4")
      try writeClip(input, times: (0..<20).map { Double($0) / 25 })
      var bytes = try Data(contentsOf: URL(fileURLWithPath: input))
      let content = try #require(bytes.range(of: Data("mdat".utf8))).upperBound
      for offset in content..<bytes.count { bytes[offset] = 0xaa }
      try folder.write(bytes, to: "in.mp4")
      let error = #expect(throws: MediaError.self) {
        try annotate(input, folder.path(of: "out.mp4"))
      }
      #expect(error?.code == .noFrames)
      #expect(try names(folder) == ["in.mp4"])
    }
  }

  /// The input is never overwritten, by whatever name.
  @Test func outputIsInput() throws {
    try withTemporaryDirectory { folder in
      let input = folder.path(of: "in.mp4")
      try writeClip(input, times: [0, 0.04])
      let before = try Data(contentsOf: URL(fileURLWithPath: input))
      #expect(symlink("in.mp4", folder.path(of: "link.mp4")) == 0)
      #expect(link(input, folder.path(of: "hard.mp4")) == 0)
      for name in ["in.mp4", "./in.mp4", "link.mp4", "hard.mp4"] {
        let error = #expect(throws: MediaError.self) {
          try annotate(input, folder.path(of: name))
        }
        #expect(error?.message.contains("is the input") == true, "\(name)")
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: input)) == before)
    }
  }

  /// What can't be read or written has a reason.
  @Test func refusals() throws {
    try withTemporaryDirectory { folder in
      let input = folder.path(of: "in.mp4")
      try writeClip(input, times: [0, 0.04])
      let picture = try JPEGEncoder(quality: 90).encode(samplePicture(0, width: 64, height: 48))
      try folder.write(Data(picture), to: "still.jpg")
      let output = folder.path(of: "out.mp4")
      for (from, to, code, words) in [
        (folder.path(of: "none.mp4"), output, MediaError.Code.missing, "No such file"),
        (folder.path(of: "still.jpg"), output, .writingFailed, "still picture"),
        (input, folder.path(of: "no/such/out.mp4"), .writingFailed, "No such file"),
        (input, folder.path, .writingFailed, "expected a regular file"),
        (input, "/dev/null", .writingFailed, "expected a regular file"),
      ] {
        let error = #expect(throws: MediaError.self) { try annotate(from, to) }
        #expect(error?.code == code, "\(to)")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
      }
      #expect(try names(folder) == ["in.mp4", "still.jpg"])
    }
  }
}
