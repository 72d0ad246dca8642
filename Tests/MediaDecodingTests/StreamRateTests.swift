import Contract
import Foundation
import Imaging
import MediaDecoding
import TestSupport
import Testing

/// Frame rate and bit rate of a stream.
@Suite struct StreamRateTests {
  /// The frame rate is the clip's own; the bit rate is that of the packets, which are nearly all of
  /// the file.
  @Test(arguments: [10.0, 25, 30_000.0 / 1001, 60])
  func ratesAreThoseOfTheClip(framesPerSecond: Double) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "clip.mp4")
      var options = ClipWriter.Options()
      options.framesPerSecond = framesPerSecond
      let count = 20
      try writePictures(
        (0..<count).map { samplePicture($0, width: 320, height: 240) }, path, options: options)
      let stream = try VideoReader(path: path).information.stream
      #expect(abs((stream.framesPerSecond ?? 0) - framesPerSecond) < 0.01)
      let fileBytes = try Data(contentsOf: URL(fileURLWithPath: path)).count
      let packetBytes =
        Double(stream.bitsPerSecond ?? 0) * Double(count) / framesPerSecond / 8
      let share = packetBytes / Double(fileBytes)
      // The rest is MP4's index: less than 2 KB.
      #expect(share > 0.95 && share < 1, "\(share) of \(fileBytes) bytes")
    }
  }
}
