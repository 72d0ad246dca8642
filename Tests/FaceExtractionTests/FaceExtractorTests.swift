import Contract
import FaceDetection
import NeuralNetwork
import FaceExtraction
import Foundation
import Imaging
import MediaDecoding
import TestSupport
import Testing

/// The whole way from a video file to crops, on a clip made from a portrait that set-up fetches.
@Suite(.enabled(if: Portrait.isPresent, "needs weights/; scripts/test or scripts/demo fetches it"))
struct FaceExtractorTests {
  private func extractor(
    _ recipe: ExtractionRecipe, skipsUnneededFrames: Bool = true
  ) throws -> FaceExtractor {
    try FaceExtractor(
      weights: MTCNNWeights.load(directory: Portrait.weights, kernels: Processor.selected),
      recipe: recipe, skipsUnneededFrames: skipsUnneededFrames)
  }

  /// A clip in which the camera rotates by 20 degrees over the portrait.
  ///
  /// - Parameters:
  ///   - side: by how much the camera looks past it from the `lookingAsideFrom`th picture on.
  ///   - darkening: subtracted from all colours, as by another encoder.
  private func writeClip(
    _ path: String, frames: Int, width: Int = 480, side: Double = 0, lookingAsideFrom: Int = 0,
    darkening: UInt8 = 0
  ) throws {
    let portrait = try Portrait.picture()
    let writer = try ClipWriter(path: path, width: width, height: 360)
    for frame in 0..<frames {
      let angle = (Double(frame) / Double(frames) - 0.5) * 0.35
      let (a, b) = (0.9 * cos(angle), 0.9 * sin(angle))
      var picture = portrait.warped(
        width: width, height: 360,
        by: SimilarityTransform(
          a: a, b: b,
          tx: 225 - (a * 240 - b * 180) + (frame >= lookingAsideFrom ? side : 0),
          ty: 130 - (b * 240 + a * 180)))
      if darkening > 0 {
        picture = PixelBuffer(
          width: picture.width, height: picture.height,
          bytes: picture.bytes.map { $0 > darkening ? $0 - darkening : 0 })
      }
      try writer.append(picture)
    }
    try writer.finish()
  }

  /// A video that was made from another has its faces at the same positions; its pixels are its
  /// own.
  @Test func facesAreTakenFromTheOriginal() throws {
    try withTemporaryDirectory { folder in
      let (real, fake) = (folder.path(of: "real.mp4"), folder.path(of: "fake.mp4"))
      try writeClip(real, frames: 24)
      try writeClip(fake, frames: 24, darkening: 12)
      let recipe = ExtractionRecipe(
        sampling: FrameSampling(framesPerVideo: 12),
        search: FaceSearchSettings(reusesOriginals: true))
      let worker = try extractor(recipe)
      let known = try worker.extract(path: real)
      #expect(known.original == nil)
      let taken = try worker.extract(path: fake, original: try OriginalFaces(known))
      #expect(taken.original == "real.mp4")
      #expect(taken.crops.map(\.frame) == known.crops.map(\.frame))
      #expect(taken.crops.map(\.track) == known.crops.map(\.track))
      #expect(zip(taken.crops, known.crops).allSatisfy { $0.image != $1.image })
      #expect(taken.framesWithFace == 12 && taken.trackCount == 1 && taken.notes.isEmpty)
      // A search of its own finds them at nearly the same positions.
      let found = try worker.extract(path: fake)
      #expect(found.original == nil && found.crops.count == 12)
      for (one, other) in zip(found.crops, taken.crops) {
        let (one, two) = (try #require(one.landmarks), try #require(other.landmarks))
        for (point, wanted) in zip(one.points, two.points) {
          let offset = point - wanted
          #expect((offset * offset).sum().squareRoot() < 0.03 * other.box.side)
        }
      }
      // A recipe that doesn't say so searches.
      let usual = try extractor(ExtractionRecipe(sampling: recipe.sampling))
      #expect(try usual.extract(path: fake, original: try OriginalFaces(known)).original == nil)
    }
  }

  /// A video that isn't the original with other pixels is searched like any other.
  @Test(arguments: ["shorter", "wider", "elsewhere", "elsewhere later", "no faces"])
  func whatDiffersFromItsOriginalIsSearched(_ difference: String) throws {
    try withTemporaryDirectory { folder in
      let (real, fake) = (folder.path(of: "real.mp4"), folder.path(of: "fake.mp4"))
      try writeClip(real, frames: 24)
      switch difference {
      case "shorter": try writeClip(fake, frames: 22)
      case "wider": try writeClip(fake, frames: 24, width: 512)
      case "elsewhere": try writeClip(fake, frames: 24, side: 40)
      // At the second search, after eight of twelve pictures.
      case "elsewhere later": try writeClip(fake, frames: 24, side: 40, lookingAsideFrom: 15)
      default: try writeClip(fake, frames: 24)
      }
      let recipe = ExtractionRecipe(
        sampling: FrameSampling(framesPerVideo: 12),
        search: FaceSearchSettings(reusesOriginals: true))
      let worker = try extractor(recipe)
      var known = try worker.extract(path: real)
      if difference == "no faces" { known.crops = [] }
      let faces = try worker.extract(path: fake, original: try OriginalFaces(known))
      let searched = try worker.extract(path: fake)
      #expect(faces.original == nil)
      #expect(faces.crops.count == 12)
      #expect(faces.crops.map(\.box) == searched.crops.map(\.box))
      #expect(faces.crops.map(\.image) == searched.crops.map(\.image))
    }
  }

  @Test func facesStandUprightInTheMiddleOfTheirCrops() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "clip.mp4")
      try writeClip(path, frames: 30)
      let geometry = CropGeometry(alignment: .landmarks, margin: 1.3, sizePixels: 224)
      let faces = try extractor(
        ExtractionRecipe(sampling: FrameSampling(framesPerVideo: 10), geometry: geometry)
      )
      .extract(path: path)
      #expect(faces.crops.count == 10 && faces.framesWithFace == 10 && faces.trackCount == 1)
      #expect(faces.notes.isEmpty)
      #expect(faces.crops.map(\.frame) == Array(stride(from: 1, to: 30, by: 3)))
      let detector = try MTCNN(
        weights: MTCNNWeights.load(directory: Portrait.weights, kernels: Processor.selected))
      for crop in faces.crops {
        let picture = try JPEG.decode(crop.image)
        #expect(picture.width == 224 && picture.height == 224)
        let found = try #require(detector.detect(in: picture).first, "frame \(crop.frame)")
        // The eyes of the canonical face, with the margin: (38.3, 51.7) and (73.5, 51.5) of 112.
        for (eye, wanted) in [
          (found.landmarks.leftEye, SIMD2<Float>(84.8, 105.4)),
          (found.landmarks.rightEye, SIMD2<Float>(139, 105.1)),
        ] {
          let offset = eye - wanted
          #expect(abs(offset.x) < 8 && abs(offset.y) < 8, "frame \(crop.frame): eye at \(eye)")
        }
        let level = found.landmarks.rightEye - found.landmarks.leftEye
        #expect(abs(level.y / level.x) < 0.06, "frame \(crop.frame): eyes not level")
      }
    }
  }

  @Test func theSameVideoGivesTheSameBytes() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "clip.mp4")
      try writeClip(path, frames: 12)
      let recipe = ExtractionRecipe(
        sampling: FrameSampling(framesPerVideo: 4),
        geometry: CropGeometry(alignment: .box, margin: 1.5, sizePixels: 96))
      let worker = try extractor(recipe)
      let first = try worker.extract(path: path).crops.map(\.image)
      #expect(first.count == 4)
      #expect(try worker.extract(path: path).crops.map(\.image) == first)
      let thorough = try extractor(recipe, skipsUnneededFrames: false)
      #expect(try thorough.extract(path: path).crops.map(\.image) == first)
    }
  }

  /// Ordinary pictures mean the same in every version of the recipe.
  @Test func ordinaryVideosGiveTheSameBytesInEveryVersion() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "clip.mp4")
      try writeClip(path, frames: 6)
      var recipe = ExtractionRecipe(sampling: FrameSampling(framesPerVideo: 3))
      let current = try extractor(recipe).extract(path: path)
      recipe.version = 1
      recipe.pixels = .version1
      let older = try extractor(recipe).extract(path: path)
      #expect(current.crops.count == 3)
      #expect(older.crops.map(\.image) == current.crops.map(\.image))
      #expect(current.information.stream.treatment.isEmpty)
      #expect(current.information.stream.framesPerSecond == 25)
    }
  }

  /// A crop that reaches beyond its frame is black there, or shows the frame's mirror image.
  @Test func cropsAreFilledAsTheRecipeSays() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "clip.mp4")
      try writeClip(path, frames: 3)
      func blackShares(_ fill: CropGeometry.Fill) throws -> [Double] {
        let recipe = ExtractionRecipe(
          sampling: FrameSampling(framesPerVideo: 3),
          geometry: CropGeometry(alignment: .box, margin: 4, sizePixels: 96, fill: fill))
        return try extractor(recipe).extractPixels(path: path).pixels.map { picture in
          let black = stride(from: 0, to: picture.bytes.count, by: 4).filter {
            picture.bytes[$0..<$0 + 3].allSatisfy { $0 < 6 }
          }
          return Double(black.count) / Double(picture.width * picture.height)
        }
      }
      let (black, reflected) = (try blackShares(.black), try blackShares(.reflect))
      #expect(black.count == 3 && reflected.count == 3)
      for (before, after) in zip(black, reflected) {
        #expect(before > after + 0.1, "\(before), \(after)")
      }
    }
  }

  @Test(arguments: [CropEncoding(jpegQuality: 60), CropEncoding(jpegQuality: 90, chroma: .quarter)])
  func pixelsAreThoseOfTheStoredFile(images: CropEncoding) throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "clip.mp4")
      try writeClip(path, frames: 6)
      let worker = try extractor(
        ExtractionRecipe(
          sampling: FrameSampling(framesPerVideo: 3), geometry: CropGeometry(sizePixels: 96),
          images: images))
      let stored = try worker.extract(path: path).crops.map(\.image)
      let (faces, pixels) = try worker.extractPixels(path: path)
      #expect(stored.count == 3 && faces.crops.map(\.image) == stored)
      #expect(pixels == (try stored.map { try JPEG.decode($0) }))
      // The recipe's encoding leaves its traces, or this would compare nothing.
      let plain = try extractor(
        ExtractionRecipe(
          sampling: FrameSampling(framesPerVideo: 3), geometry: CropGeometry(sizePixels: 96)))
      #expect(try plain.extractPixels(path: path).pixels != pixels)
    }
  }

  @Test func aRecipeThatCannotBeFollowedIsRefused() throws {
    let weights = try MTCNNWeights.load(
      directory: Portrait.weights, kernels: Processor.selected)
    let known = ExtractionRecipe(detector: DetectorIdentity(weights: weights.checksum))
    _ = try FaceExtractor(weights: weights, recipe: known)
    let other = ExtractionRecipe(detector: DetectorIdentity(weights: "1-2-3"))
    let error = #expect(throws: FaceDetectionError.self) {
      try FaceExtractor(weights: weights, recipe: other)
    }
    #expect(error?.description.contains("expected those with the checksum 1-2-3") == true)
    let absurd = ExtractionRecipe(images: CropEncoding(jpegQuality: 400))
    let refusal = #expect(throws: FaceDetectionError.self) {
      try FaceExtractor(weights: weights, recipe: absurd)
    }
    #expect(refusal?.description.contains("images.jpegQuality: expected 1...100") == true)
  }

  @Test func aShortVideoAndOneWithoutAFaceAreNoted() throws {
    try withTemporaryDirectory { folder in
      let short = folder.path(of: "short.mp4")
      try writeClip(short, frames: 3)
      let worker = try extractor(ExtractionRecipe(sampling: FrameSampling(framesPerVideo: 8)))
      #expect(
        try worker.extract(path: short).notes
          == ["short: 3 of 8 pictures, the video has 3"])
      let empty = folder.path(of: "empty.mp4")
      let writer = try ClipWriter(path: empty, width: 64, height: 48)
      for _ in 0..<8 { try writer.append(PixelBuffer(width: 64, height: 48, red: 90)) }
      try writer.finish()
      let faces = try worker.extract(path: empty)
      #expect(faces.crops.isEmpty && faces.framesSampled == 8)
      #expect(faces.notes == ["no face found in 8 pictures"])
    }
  }

  /// A picture is a video of one frame: nothing is short about it, and its face is kept however
  /// many frames a track has to have.
  @Test func aPictureGivesItsFace() throws {
    let worker = try extractor(
      ExtractionRecipe(
        sampling: FrameSampling(framesPerVideo: 32), tracks: TrackSettings(minimumFrames: 30)))
    let faces = try worker.extract(path: Portrait.path)
    #expect(faces.notes.isEmpty, "\(faces.notes)")
    #expect(faces.crops.count == 1 && faces.framesSampled == 1 && faces.trackCount == 1)
    #expect(faces.crops.first?.timestampSeconds == 0)
    #expect(faces.information.durationSeconds == nil)
  }

  /// A folder of numbered pictures gives what a video of them gives, and times with a frame rate
  /// only. Pictures may differ in size: the same person is found in a small one.
  @Test func aFolderOfFramesIsOneVideo() throws {
    try withTemporaryDirectory { folder in
      let portrait = try Portrait.picture()
      let encoder = try JPEGEncoder(quality: 95)
      for number in 0..<6 {
        let side = number == 3 ? 200 : 480
        let scale = 1.0 * Double(480) / Double(side)
        let picture = portrait.warped(
          width: side, height: side,
          by: SimilarityTransform(a: scale, b: 0, tx: Double(4 * number), ty: 0))
        try folder.write(Data(try encoder.encode(picture)), to: "clip/frame_\(number).jpg")
      }
      let path = folder.path(of: "clip")
      let worker = try extractor(ExtractionRecipe(sampling: FrameSampling(framesPerVideo: 6)))
      let faces = try worker.extract(path: path)
      #expect(faces.notes.isEmpty, "\(faces.notes)")
      #expect(faces.crops.map(\.frame) == Array(0..<6))
      #expect(faces.crops.allSatisfy { $0.timestampSeconds == nil })
      #expect(faces.information.stream.remarks.contains("pictures of different sizes"))
      let timed = try worker.extract(path: path, framesPerSecond: 10)
      #expect(timed.crops.map(\.timestampSeconds) == (0..<6).map { Double($0) / 10 })
      #expect(timed.crops.map(\.image) == faces.crops.map(\.image))
      try folder.write(Data(), to: "clip/frame_2.jpg")
      let damaged = try worker.extract(path: path)
      #expect(
        damaged.notes == [
          "damaged: 1 packets or pictures can't be decoded cleanly "
            + "(frame_2.jpg: the file is empty (0 bytes))",
          "damaged: 5 of 6 chosen pictures decoded",
        ])
      #expect(damaged.crops.map(\.frame) == [0, 1, 3, 4, 5])
    }
  }

  @Test func aRecipeThatNeedsWeightsSaysSo() {
    let error = #expect(throws: FaceDetectionError.self) {
      try FaceExtractor(weights: nil, recipe: ExtractionRecipe())
    }
    #expect(error?.description.contains("got none") == true)
  }

  @Test func aCancelledVideoStops() throws {
    try withTemporaryDirectory { folder in
      let path = folder.path(of: "clip.mp4")
      try writeClip(path, frames: 12)
      let worker = try extractor(ExtractionRecipe(sampling: FrameSampling(framesPerVideo: 4)))
      let error = #expect(throws: MediaError.self) {
        try worker.extract(path: path, isCancelled: { true })
      }
      #expect(error?.code == .cancelled)
    }
  }
}

/// Pictures that are crops already, which need no detector.
@Suite struct WholePictureTests {
  private func extractor(size: Int) throws -> FaceExtractor {
    try FaceExtractor(
      weights: nil,
      recipe: ExtractionRecipe(
        sampling: FrameSampling(framesPerVideo: 4),
        detector: DetectorIdentity(name: DetectorIdentity.nothing),
        geometry: CropGeometry(alignment: .whole, margin: 1, sizePixels: size),
        images: CropEncoding(jpegQuality: 100)))
  }

  /// A grey picture with a bright column of `width` pixels at each side, or row above and below.
  private func picture(width: Int, height: Int) -> PixelBuffer {
    var picture = PixelBuffer(width: width, height: height, red: 100, green: 100, blue: 100)
    let (x, y) = ((width - min(width, height)) / 2, (height - min(width, height)) / 2)
    for row in 0..<height {
      for column in 0..<width
      where column < x || row < y || column >= width - x || row >= height - y {
        picture[column, row] = SIMD4(250, 250, 250, 255)
      }
    }
    return picture
  }

  /// The square in the middle is resized without a border; the rest is cut off.
  @Test(arguments: [(64, 64), (90, 64), (64, 100), (20, 31)])
  func theMiddleIsResized(width: Int, height: Int) throws {
    try withTemporaryDirectory { folder in
      let file = try JPEGEncoder(quality: 100).encode(picture(width: width, height: height))
      try folder.write(Data(file), to: "a.jpg")
      let faces = try extractor(size: 48).extract(path: folder.path(of: "a.jpg"))
      let crop = try #require(faces.crops.first)
      #expect(faces.crops.count == 1 && faces.notes.isEmpty && faces.framesWithFace == 1)
      #expect(crop.landmarks == nil && crop.score == 1 && crop.track == 0 && crop.face == 0)
      let side = min(width, height)
      #expect(crop.box.width == Float(side) && crop.box.height == Float(side))
      #expect(crop.box.x1 == Float((width - side) / 2))
      let pixels = try JPEG.decode(crop.image)
      #expect(pixels.width == 48 && pixels.height == 48)
      for row in 0..<48 {
        for column in 0..<48 {
          #expect(abs(Int(pixels[column, row].x) - 100) < 12, "\(column), \(row)")
        }
      }
    }
  }

  /// Each frame of a folder or a clip is a crop.
  @Test func everyFrameIsACrop() throws {
    try withTemporaryDirectory { folder in
      let encoder = try JPEGEncoder(quality: 95)
      for number in 0..<5 {
        let size = 32 + 8 * number
        try folder.write(
          Data(try encoder.encode(picture(width: size, height: size))), to: "f/\(number).jpg")
      }
      let faces = try extractor(size: 32).extract(path: folder.path(of: "f"))
      #expect(faces.crops.map(\.frame) == [0, 1, 3, 4])
      #expect(faces.crops.allSatisfy { $0.track == 0 && $0.face == 0 })
      #expect(faces.trackCount == 1 && faces.facesFound == 4)
    }
  }
}

/// A portrait with one face and the detector's weights, if set-up has fetched them.
enum Portrait {
  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let weights = package.appendingPathComponent("weights/mtcnn").path
  static let path = package.appendingPathComponent("weights/portraits/astronaut.png").path

  static var isPresent: Bool {
    FileManager.default.fileExists(atPath: path)
      && FileManager.default.fileExists(atPath: weights + "/onet.pt")
  }

  static func picture() throws -> PixelBuffer {
    var pictures: [PixelBuffer] = []
    _ = try VideoReader(path: path).decodeFrames(count: 1) { pictures.append(try $0.picture()) }
    return try #require(pictures.first)
  }
}
