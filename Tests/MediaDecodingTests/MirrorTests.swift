import Foundation
import Imaging
import TestSupport
import Testing

@testable import Contract
@testable import MediaDecoding

/// Mirrored pictures, and pictures with an orientation of their own.
@Suite struct MirrorTests {
  /// Where the colours of the four quarters are shown, from the top left by rows; Exif's numbers.
  static let orientations: [(exif: Int, order: [Int])] = [
    (1, [0, 1, 2, 3]), (2, [1, 0, 3, 2]), (3, [3, 2, 1, 0]), (4, [2, 3, 0, 1]),
    (5, [0, 2, 1, 3]), (6, [2, 0, 3, 1]), (7, [3, 1, 2, 0]), (8, [1, 3, 0, 2]),
  ]

  /// The display matrix of ISO/IEC 14496-12 by Exif's number.
  static func matrix(_ exif: Int) -> [Int32] {
    let parts: [[Int32]] = [
      [1, 0, 0, 1], [-1, 0, 0, 1], [-1, 0, 0, -1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0],
      [0, -1, -1, 0], [0, -1, 1, 0],
    ]
    let unit: Int32 = 1 << 16
    let part = parts[exif - 1].map { $0 * unit }
    return [part[0], part[1], 0, part[2], part[3], 0, 0, 0, 1 << 30]
  }

  static let corners: [SIMD4<UInt8>] = [
    SIMD4(200, 40, 40, 255), SIMD4(40, 180, 40, 255), SIMD4(50, 60, 220, 255),
    SIMD4(225, 225, 90, 255),
  ]

  /// The index of the colour in each corner.
  static func order(_ picture: PixelBuffer) -> [Int] {
    let (x, y) = (picture.width / 8, picture.height / 8)
    let pixels = [
      picture[x, y], picture[picture.width - 1 - x, y], picture[x, picture.height - 1 - y],
      picture[picture.width - 1 - x, picture.height - 1 - y],
    ]
    return pixels.map { pixel in
      MirrorTests.corners.firstIndex { corner in
        (0..<3).allSatisfy { abs(Int(pixel[$0]) - Int(corner[$0])) < 12 }
      } ?? -1
    }
  }

  /// Every display matrix of quarter turns and mirrors is followed.
  @Test(arguments: orientations)
  func displayMatrix(exif: Int, order expected: [Int]) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.container.displayMatrix = MirrorTests.matrix(exif)
      try writePictures([quarters(width: 96, height: 64)], path, options: options)
      let (picture, information) = try firstPicture(path)
      #expect(Self.order(picture) == expected, "\(Self.order(picture))")
      let isUpright = exif < 5
      #expect(picture.width == (isUpright ? 96 : 64) && picture.height == (isUpright ? 64 : 96))
      #expect(information.widthPixels == picture.width)
      #expect(information.stream.isMirrored == [2, 4, 5, 7].contains(exif))
      #expect(information.stream.treatment.contains("mirrored") == [2, 4, 5, 7].contains(exif))
      try withFirstPicture(path) { frame in
        try expectRegionsOfTheWhole(frame)
        let reduced = try frame.reduced(width: frame.width / 2, height: frame.height / 2)
        #expect(Self.order(reduced) == expected)
      }
      // Version 1 of the recipe removes the mirroring.
      let turned = try firstPicture(path, .version1).picture
      #expect(
        (turned == picture) == ![2, 4, 5, 7].contains(exif) && turned.width == picture.width)
    }
  }

  /// The ffmpeg tool mirrors the same way.
  @Test(
    .enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg"),
    arguments: [(2, "hflip"), (4, "vflip"), (5, "transpose=0"), (7, "transpose=3")])
  func referee(exif: Int, filter: String) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.container.displayMatrix = MirrorTests.matrix(exif)
      try writePictures([quarters(width: 96, height: 64)], path, options: options)
      let mine = try firstPicture(path).picture
      let reference = try ffmpeg.firstPicture(
        path, width: mine.width, height: mine.height, filter: filter, ["-noautorotate"])
      #expect(meanDifference(mine, reference) < 2)
    }
  }

  /// A matrix that rotates by no multiple of 90 degrees is taken as the nearest one, with a remark.
  @Test(arguments: [(10.0, 0), (80.0, 1), (-80, 3), (170, 2)])
  func crookedMatrix(degrees: Double, turns: Int) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      let angle = degrees * .pi / 180
      let (sine, cosine) = (Int32(65536 * sin(angle)), Int32(65536 * cos(angle)))
      var options = ClipWriter.Options()
      options.container.displayMatrix = [cosine, sine, 0, -sine, cosine, 0, 0, 0, 1 << 30]
      try writePictures([quarters(width: 96, height: 64)], path, options: options)
      let information = try firstPicture(path).information
      #expect(information.quarterTurns == turns)
      #expect(
        information.stream.remarks == [
          "the display matrix turns by no quarter: the nearest one is taken"
        ])
    }
  }

  /// A matrix of zeros is none.
  @Test func emptyMatrix() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "a.mp4")
      var options = ClipWriter.Options()
      options.container.displayMatrix = [0, 0, 0, 0, 0, 0, 0, 0, 1 << 30]
      try writePictures([quarters(width: 96, height: 64)], path, options: options)
      #expect(Self.order(try firstPicture(path).picture) == [0, 1, 2, 3])
    }
  }

  /// A JPEG file with Exif's orientation in an APP1 segment.
  private func photograph(_ picture: PixelBuffer, exif: UInt8) throws -> Data {
    var jpeg = try JPEGEncoder(quality: 95).encode(picture)
    var segment: [UInt8] = Array("Exif".utf8) + [0, 0]
    // Big-endian TIFF: one entry, tag 0x0112 (Orientation), type 3 (SHORT), one value.
    segment += Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1]
    segment += [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, exif, 0, 0, 0, 0, 0, 0]
    let length = segment.count + 2
    jpeg.insert(contentsOf: [0xff, 0xe1, UInt8(length >> 8), UInt8(length & 255)] + segment, at: 2)
    return Data(jpeg)
  }

  /// Photographs are shown as their Exif data say.
  @Test(arguments: orientations)
  func exif(number: Int, order expected: [Int]) throws {
    try withTemporaryDirectory { folder in
      try folder.write(
        try photograph(quarters(width: 96, height: 64), exif: UInt8(number)), to: "a.jpg")
      let path = folder.path(of: "a.jpg")
      let (picture, information) = try firstPicture(path)
      #expect(Self.order(picture) == expected, "\(Self.order(picture))")
      #expect(information.widthPixels == picture.width)
      #expect(information.stream.isMirrored == [2, 4, 5, 7].contains(number))
      try withFirstPicture(path) { try expectRegionsOfTheWhole($0) }
      // Version 1 knows the orientation of containers only.
      #expect(Self.order(try firstPicture(path, .version1).picture) == [0, 1, 2, 3])
    }
  }

  /// WebP's Exif chunk is read too.
  @Test(
    .enabled(if: CommandLineTool.ffmpeg?.has(encoder: "libwebp") == true, "needs ffmpeg's libwebp"),
    arguments: orientations)
  func webP(number: Int, order expected: [Int]) throws {
    let ffmpeg = try #require(CommandLineTool.ffmpeg)
    try withTemporaryDirectory { folder in
      try folder.write(
        Data(try JPEGEncoder(quality: 95).encode(quarters(width: 96, height: 64))), to: "a.jpg")
      try ffmpeg.run([
        "-v", "error", "-i", folder.path(of: "a.jpg"), "-c:v", "libwebp", "-q:v", "95",
        folder.path(of: "plain.webp"),
      ])
      let plain = [UInt8](
        try Data(contentsOf: URL(fileURLWithPath: folder.path(of: "plain.webp"))))
      // Extended file format: header chunk with the flag for Exif, picture, Exif.
      var exif: [UInt8] = Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1]
      exif += [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(number), 0, 0, 0, 0, 0, 0]
      var body = Array("WEBPVP8X".utf8) + [10, 0, 0, 0, 8, 0, 0, 0, 95, 0, 0, 63, 0, 0]
      body += plain[12...] + Array("EXIF".utf8) + [UInt8(exif.count), 0, 0, 0] + exif
      let size = (0..<4).map { UInt8(body.count >> (8 * $0) & 255) }
      try folder.write(Data(Array("RIFF".utf8) + size + body), to: "a.webp")
      #expect(Self.order(try firstPicture(folder.path(of: "a.webp")).picture) == expected)
    }
  }

  /// An unknown Exif number changes nothing.
  @Test(arguments: [0, 9, 255] as [UInt8])
  func meaninglessExif(number: UInt8) throws {
    try withTemporaryDirectory { folder in
      try folder.write(try photograph(quarters(width: 96, height: 64), exif: number), to: "a.jpg")
      #expect(Self.order(try firstPicture(folder.path(of: "a.jpg")).picture) == [0, 1, 2, 3])
    }
  }
}
