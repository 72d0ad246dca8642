import Foundation
import Imaging
import TestSupport
import Testing

@testable import Contract
@testable import MediaDecoding

/// Pixels that aren't square.
@Suite struct PixelShapeTests {
  /// A disc that is round where it is shown with pixels of this shape.
  private func disc(width: Int, height: Int, shape: Double) -> PixelBuffer {
    var picture = PixelBuffer(width: width, height: height, red: 40, green: 40, blue: 40)
    for y in 0..<height {
      for x in 0..<width {
        let dx = (Double(x) + 0.5 - Double(width) / 2) * shape
        let dy = Double(y) + 0.5 - Double(height) / 2
        if dx * dx + dy * dy < 24 * 24 { picture[x, y] = SIMD4(220, 220, 220, 255) }
      }
    }
    return picture
  }

  /// Width and height of the bright part.
  private func extent(_ picture: PixelBuffer) -> (Int, Int) {
    let isBright = { (x: Int, y: Int) in picture[x, y].x > 130 }
    return (
      (0..<picture.width).count { isBright($0, picture.height / 2) },
      (0..<picture.height).count { isBright(picture.width / 2, $0) }
    )
  }

  /// A disc is round whichever way its pixels are stretched, by the container's or the stream's
  /// shape.
  @Test(arguments: [(16, 11), (4, 3), (2, 1), (8, 9), (1, 2), (40, 33)], [true, false])
  func roundDisc(ratio: (Int, Int), inContainer: Bool) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      if inContainer {
        options.container.pixelShape = (Int32(ratio.0), Int32(ratio.1))
      } else {
        options.encoderParameters = "sar=\(ratio.0)/\(ratio.1)"
      }
      let shape = Double(ratio.0) / Double(ratio.1)
      let coded = disc(width: 128, height: 96, shape: shape)
      try writePictures([coded], path, options: options)
      let (picture, information) = try firstPicture(path)
      // The shorter side never shrinks.
      #expect(picture.width == (shape > 1 ? Int((128 * shape).rounded()) : 128))
      #expect(picture.height == (shape < 1 ? Int((96 / shape).rounded()) : 96))
      let (width, height) = extent(picture)
      #expect(abs(width - height) <= 2, "\(width)x\(height)")
      #expect(information.widthPixels == picture.width)
      #expect(information.heightPixels == picture.height)
      #expect(information.stream.sampleAspectRatio == "\(ratio.0):\(ratio.1)")
      #expect(
        information.stream.treatment == [
          "stretched from 128x96 to \(picture.width)x\(picture.height)"
        ])
      #expect(information.stream.remarks.isEmpty, "\(information.stream.remarks)")
      try withFirstPicture(path) { frame in
        try expectRegionsOfTheWhole(frame)
        let reduced = try frame.reduced(width: frame.width / 2, height: frame.height / 2)
        let (width, height) = extent(reduced)
        #expect(abs(width - height) <= 2, "\(width)x\(height)")
      }
      // Version 1 of the recipe shows what is coded.
      let square = try firstPicture(path, .version1).picture
      #expect(square.width == 128 && square.height == 96)
      #expect(meanDifference(square, coded) < 3)
    }
  }

  /// If container and stream contradict each other, the container's shape is used, as in players.
  @Test func contradiction() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.container.pixelShape = (2, 1)
      options.encoderParameters = "sar=4/3"
      try writePictures([quarters(width: 64, height: 48)], path, options: options)
      let (picture, information) = try firstPicture(path)
      #expect(picture.width == 128 && picture.height == 48)
      #expect(
        information.stream.remarks == [
          "pixels of 2:1 in the container, of 4:3 in the pictures: the container's shape counts"
        ])
    }
  }

  /// Shapes that no pixel has are ignored, with a remark.
  @Test(arguments: [(1, 1000), (1000, 1), (1, 5), (5, 1)])
  func absurd(ratio: (Int, Int)) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.container.pixelShape = (Int32(ratio.0), Int32(ratio.1))
      try writePictures([quarters(width: 64, height: 48)], path, options: options)
      let (picture, information) = try firstPicture(path)
      #expect(picture.width == 64 && picture.height == 48)
      #expect(
        information.stream.remarks == [
          "pixels of \(ratio.0):\(ratio.1) can't be: the shape is left aside"
        ], "\(information.stream.remarks)")
      #expect(information.stream.sampleAspectRatio == nil)
    }
  }

  /// Square pixels, and pixels that differ from squares by rounding, stay as they are coded.
  @Test(arguments: [(1, 1), (200, 199), (399, 400)])
  func squares(ratio: (Int, Int)) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.encoderParameters = "sar=\(ratio.0)/\(ratio.1)"
      try writePictures([quarters(width: 320, height: 48)], path, options: options)
      let (picture, information) = try firstPicture(path)
      #expect(picture == (try firstPicture(path, .version1)).picture)
      #expect(information.stream.treatment.isEmpty && information.stream.remarks.isEmpty)
    }
  }

  /// Shape, mirroring and rotation together: first the coded pixels are stretched.
  @Test func withOrientation() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.container.displayMatrix = MirrorTests.matrix(7)
      options.encoderParameters = "sar=2/1"
      try writePictures([quarters(width: 64, height: 48)], path, options: options)
      let (picture, information) = try firstPicture(path)
      #expect(picture.width == 48 && picture.height == 128)
      #expect(information.stream.treatment.count == 3, "\(information.stream.treatment)")
      try withFirstPicture(path) { try expectRegionsOfTheWhole($0) }
    }
  }

  /// The ffmpeg tool stretches the same way.
  @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"))
  func referee() throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.encoderParameters = "sar=16/11"
      try writePictures([samplePicture(0, width: 176, height: 96)], path, options: options)
      let mine = try firstPicture(path).picture
      let reference = try ffmpeg.firstPicture(
        path, width: 256, height: 96,
        filter: "scale=256:96:flags=bicubic+accurate_rnd+full_chroma_int")
      #expect(meanDifference(mine, reference) < 1.5)
    }
  }
}
