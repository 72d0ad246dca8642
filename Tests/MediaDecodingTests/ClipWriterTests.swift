import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// Writing clips.
@Suite struct ClipWriterTests {
  /// Pictures come back, close to what they were.
  @Test(arguments: ClipWriter.Options.ColourMatrix.allCases)
  func roundTrip(matrix: ClipWriter.Options.ColourMatrix) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.constantRateFactor = 5
      options.colourMatrix = matrix
      try writeClip(path, times: (0..<30).map { Double($0) / 25 }, options: options)
      let pictures = try decoded(path, count: 100)
      #expect(pictures.map(\.index) == Array(0..<30))
      for delivered in pictures {
        #expect(abs(delivered.timestampSeconds - Double(delivered.index) / 25) < 1e-6)
        let original = samplePicture(delivered.index, width: 96, height: 64)
        let total = zip(original.bytes, delivered.picture.bytes).reduce(0) {
          $0 + abs(Int($1.0) - Int($1.1))
        }
        // Only the disc's edge differs, because of the chroma's lower resolution.
        #expect(Double(total) / Double(original.bytes.count) < 2.5)
      }
      let information = try VideoReader(path: path).information
      #expect(information.codec == "h264" && information.quarterTurns == 0)
      #expect(information.widthPixels == 96 && information.heightPixels == 64)
    }
  }

  /// A finished clip replaces the one before and leaves nothing else in the folder.
  @Test func replaces() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      try writeClip(path, times: (0..<25).map { Double($0) / 25 })
      try writeClip(path, times: (0..<10).map { Double($0) / 25 })
      #expect(try VideoReader(path: path).information.frameCount == 10)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.mp4"])
    }
  }

  /// The same pictures give the same bytes.
  @Test func determinism() throws {
    try withTemporaryDirectory { folder in
      let files = try (0..<4).map { number in
        let path = folder.path(of: "\(number).mp4")
        try writeClip(path, times: (0..<30).map { Double($0) / 25 })
        return try Data(contentsOf: URL(fileURLWithPath: path))
      }
      #expect(Set(files).count == 1)
    }
  }

  /// An unfinished clip leaves no file.
  @Test func givenUp() throws {
    try withTemporaryDirectory { folder in
      do {
        let writer = try ClipWriter(path: folder.path(of: "a.mp4"), width: 32, height: 32)
        try writer.append(PixelBuffer(width: 32, height: 32))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }

  /// What can't be written is refused with a reason.
  @Test func refusals() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      for (width, height) in [(0, 32), (33, 32), (32, 31), (-2, 32), (1 << 40, 32)] {
        let error = #expect(throws: MediaError.self) {
          try ClipWriter(path: path, width: width, height: height)
        }
        #expect(error?.code == .writingFailed)
      }
      let writer = try ClipWriter(path: path, width: 32, height: 32)
      let empty = #expect(throws: MediaError.self) { try writer.finish() }
      #expect(empty?.message.contains("at least one picture") == true)
      #expect(throws: MediaError.self) { try writer.append(PixelBuffer(width: 34, height: 32)) }
      for time in [-1, .nan, .infinity] {
        #expect(throws: MediaError.self) {
          try writer.append(PixelBuffer(width: 32, height: 32), timestampSeconds: time)
        }
      }
      try writer.append(PixelBuffer(width: 32, height: 32), timestampSeconds: 1)
      #expect(throws: MediaError.self) {
        try writer.append(PixelBuffer(width: 32, height: 32), timestampSeconds: 1)
      }
      let missing = #expect(throws: MediaError.self) {
        try ClipWriter(path: folder.path(of: "no/such/folder.mp4"), width: 32, height: 32)
      }
      #expect(missing?.code == .writingFailed)
      #expect(missing?.message.contains("No such file") == true)
    }
  }
}
