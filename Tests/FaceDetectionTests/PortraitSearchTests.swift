import Contract
import FaceDetection
import NeuralNetwork
import Imaging
import Testing

/// The fast search on a portrait that set-up fetches, so that it needs no real clips.
@Suite(
  .enabled(
    if: SamplePictures.weightsAvailable && SamplePictures.portraitAvailable,
    "needs weights/; scripts/test or scripts/demo fetches it"))
struct PortraitSearchTests {
  private func searcher(brightens: Bool = true) throws -> FaceSearcher {
    try FaceSearcher(
      weights: MTCNNWeights.load(
        directory: SamplePictures.weightsDirectory, kernels: Processor.selected),
      settings: FaceSearchSettings(brightenWhenEmpty: brightens))
  }

  /// Pictures of a camera that sways over the portrait.
  private func swayingPictures(_ portrait: PixelBuffer, count: Int) -> [PixelBuffer] {
    (0..<count).map { number in
      let shift = 12 * Double(number % 5)
      return portrait.warped(
        width: 400, height: 300,
        by: SimilarityTransform(a: 0.8, b: 0.05, tx: 40 + shift, ty: 10 + shift / 2))
    }
  }

  @Test func aMovingFaceIsOneTrack() throws {
    let tracker = try FaceTracker(searcher: searcher())
    let portrait = try SamplePictures.picture(SamplePictures.portrait)
    for (number, picture) in swayingPictures(portrait, count: 12).enumerated() {
      let found = tracker.process(picture, index: number)
      #expect(found.count == 1, "picture \(number)")
    }
    let kept = tracker.finish()
    #expect(kept.count == 1)
    #expect(kept.first?.frameCount == 12)
    #expect((kept.first?.meanScore ?? 0) > 0.95)
  }

  @Test func aSecondLookFindsAFaceInTheDark() throws {
    var portrait = try SamplePictures.picture(SamplePictures.portrait)
    for position in portrait.bytes.indices { portrait.bytes[position] /= 28 }
    #expect(try searcher(brightens: false).search(portrait).isEmpty)
    #expect(try searcher().search(portrait).count == 1)
  }

  @Test func anEmptyPictureHasNoFace() throws {
    #expect(try searcher().search(PixelBuffer(width: 320, height: 240), thorough: true).isEmpty)
    #expect(try searcher().search(PixelBuffer(width: 7, height: 3)).isEmpty)
    #expect(
      try searcher().search(
        PixelBuffer(width: 64, height: 48),
        near: [FaceBox(x1: -50, y1: -80, x2: 200, y2: 300)]
      ).isEmpty)
  }
}
