import FaceDetection
import Imaging
import Testing

/// The fast search against facenet-pytorch's full-size search with its default minimum of 20 pixels.
@Suite struct FaceSearcherTests {
  @Test func bothWays() throws {
    let searcher = try FaceSearcher(
      weights: MTCNNWeights.load(directory: SamplePictures.weightsDirectory))
    for frame in try SamplePictures.frames() {
      let picture = try SamplePictures.picture(frame)
      func time<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
        var best = Duration.seconds(100)
        var result: R? = nil
        for _ in 0..<20 { let s = ContinuousClock.now; result = try body(); best = min(best, ContinuousClock.now - s) }
        print(name, best)
        return result!
      }
      let red = time("  reduce") { picture.reduced(width: Int((Double(picture.width) * 360 / Double(min(picture.width, picture.height))).rounded()), height: Int((Double(picture.height) * 360 / Double(min(picture.width, picture.height))).rounded())) }
      print(frame.file, red.width, red.height)
      let found = time("  full") { searcher.search(picture) }
      let around = time("  near") { searcher.search(picture, near: found.map(\.box)) }
      print("  ", found.count, around.count)
      for size in [20, 60] {
        for expected in frame.faces(minimumFaceSize: size)
        where expected.faceBox.height >= 60 && expected.score > 0.95 {
          print("   \(size):", Agreement(found, expected), "|", Agreement(around, expected))
        }
      }
    }
  }
}
