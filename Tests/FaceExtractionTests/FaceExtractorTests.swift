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

  /// A clip in which the camera turns by 20 degrees over the portrait.
  private func writeClip(_ path: String, frames: Int) throws {
    let portrait = try Portrait.picture()
    let writer = try ClipWriter(path: path, width: 480, height: 360)
    for frame in 0..<frames {
      let angle = (Double(frame) / Double(frames) - 0.5) * 0.35
      let (a, b) = (0.9 * cos(angle), 0.9 * sin(angle))
      try writer.append(
        portrait.warped(
          width: 480, height: 360,
          by: SimilarityTransform(
            a: a, b: b, tx: 225 - (a * 240 - b * 180), ty: 130 - (b * 240 + a * 180))))
    }
    try writer.finish()
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

/// A portrait with one face and the detector's weights, where set-up has fetched them.
private enum Portrait {
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
