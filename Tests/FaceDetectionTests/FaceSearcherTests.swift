import Contract
import FaceDetection
import NeuralNetwork
import Imaging
import Testing

/// The fast search against facenet-pytorch's full-size search with its default minimum of 20 pixels
/// (its answers for another minimum differ by up to 5% of the face's width).
@Suite(
  .enabled(if: SamplePictures.available, "needs ../shared/data/mtcnn and weights/mtcnn"))
struct FaceSearcherTests {
  private func makeSearcher(_ settings: FaceSearchSettings = .init()) throws -> FaceSearcher {
    try FaceSearcher(
      weights: MTCNNWeights.load(
        directory: SamplePictures.weightsDirectory, kernels: Processor.selected), settings: settings
    )
  }

  private func check(_ faces: [DetectedFace], _ frame: SamplePictures.Frame, _ path: String) {
    for expected in frame.faces(minimumFaceSize: 20)
    where expected.faceBox.height >= 60 && expected.score > 0.95 {
      let agreement = Agreement(faces, expected)
      #expect(agreement.overlap >= 0.98, "\(frame.file), \(path): \(agreement)")
      #expect(agreement.landmarkError <= 0.01, "\(frame.file), \(path): \(agreement)")
    }
  }

  @Test func agreesWithFacenetInFullSearchAndAroundKnownFaces() throws {
    let searcher = try makeSearcher()
    for frame in try SamplePictures.frames() {
      let picture = try SamplePictures.picture(frame)
      let found = searcher.search(picture)
      check(found, frame, "full search")
      // The box of the frame before is never quite the right one.
      let around = found.map { face in
        var box = face.box
        box.x1 += 0.1 * box.width
        box.y2 -= 0.1 * box.height
        return box
      }
      check(searcher.search(picture, near: around), frame, "around a known face")
    }
  }

  @Test func largeFacesAreSearchedInTheReducedPicture() throws {
    // Enlarged threefold the face is too large for a search of its surroundings in full resolution.
    let frame = try #require(
      SamplePictures.frames().first { $0.file == "0001_1_0.png" }, "the picture is listed")
    let picture = enlarged(try SamplePictures.picture(frame), by: 3)
    let expected = try #require(frame.faces(minimumFaceSize: 20).first)
    let face = try #require(makeSearcher().search(picture).first)
    let box = face.box
    let scaled = FaceBox(x1: box.x1 / 3, y1: box.y1 / 3, x2: box.x2 / 3, y2: box.y2 / 3)
    #expect(scaled.intersectionOverUnion(expected.faceBox) > 0.8)
  }

  @Test func trackerKeepsOnePersonPerPicture() throws {
    let searcher = try makeSearcher()
    for frame in try SamplePictures.frames() {
      let picture = try SamplePictures.picture(frame)
      let tracker = try FaceTracker(searcher: searcher)
      for index in 0..<3 {
        let faces = tracker.process(picture, index: index)
        check(faces.map(\.face), frame, "picture \(index) of the track")
        #expect(Set(faces.map(\.provisionalTrack)).count == faces.count)
      }
      let tracks = tracker.finish()
      #expect(tracks.first?.frameCount == 3, "\(frame.file): \(tracks)")
      #expect(tracks.map(\.track) == Array(0..<tracks.count))
    }
  }

  @Test func trackerSearchesAgainAfterACut() throws {
    let frames = try SamplePictures.frames()
    let first = try #require(frames.first { $0.file == "469_4_0.png" })
    let second = try #require(frames.first { $0.file == "519_6_0.png" })
    let tracker = try FaceTracker(searcher: try makeSearcher())
    check(
      tracker.process(try SamplePictures.picture(first), index: 0).map(\.face), first, "before")
    let after = tracker.process(try SamplePictures.picture(second), index: 1)
    check(after.map(\.face), second, "after the cut")
  }

  @Test func darkPicturesAreBrightened() throws {
    let frame = try #require(SamplePictures.frames().first { $0.file == "469_4_0.png" })
    var dark = try SamplePictures.picture(frame)
    for i in dark.bytes.indices { dark.bytes[i] /= 24 }
    let expected = try #require(frame.faces(minimumFaceSize: 20).first)
    var settings = FaceSearchSettings()
    settings.brightenWhenEmpty = false
    #expect(try makeSearcher(settings).search(dark).isEmpty)
    let agreement = Agreement(try makeSearcher().search(dark), expected)
    #expect(agreement.overlap > 0.8, "\(agreement)")
  }

  @Test func thoroughSearchFindsSmallerFaces() throws {
    // A face of 27x37 pixels in a large empty picture, of which a third remains when reduced.
    let frame = try #require(SamplePictures.frames().first { $0.file == "519_6_0.png" })
    let small = try SamplePictures.picture(frame).reduced(width: 224, height: 168)
    var picture = PixelBuffer(width: 1920, height: 1080, red: 90, green: 90, blue: 90)
    picture.paste(small, x: 400, y: 300)
    let searcher = try makeSearcher()
    #expect(searcher.search(picture).isEmpty)
    #expect(searcher.search(picture, thorough: true).count == 1)
  }

  @Test func effectiveMinimumIsAStepOfThePyramid() throws {
    let searcher = try makeSearcher()
    #expect(abs(searcher.effectiveMinimumFaceSize(width: 1920, height: 1080) - 56.1) < 0.1)
    #expect(abs(searcher.effectiveMinimumFaceSize(width: 720, height: 1280) - 39.8) < 0.1)
    #expect(searcher.effectiveMinimumFaceSize(width: 640, height: 360) == 20)
  }

  @Test(arguments: [(1, 1), (11, 400), (400, 19), (20, 20), (21, 4000)])
  func oddPicturesHaveNoFaces(width: Int, height: Int) throws {
    let picture = PixelBuffer(width: width, height: height, red: 200, green: 180, blue: 160)
    let searcher = try makeSearcher()
    #expect(searcher.search(picture, thorough: true).isEmpty)
    let outside = FaceBox(x1: -500, y1: .nan, x2: .infinity, y2: 1e30)
    #expect(searcher.search(picture, near: [outside]).isEmpty)
  }

  /// Each pixel repeated.
  private func enlarged(_ picture: PixelBuffer, by factor: Int) -> PixelBuffer {
    var result = PixelBuffer(width: picture.width * factor, height: picture.height * factor)
    for y in 0..<result.height {
      for x in 0..<result.width { result[x, y] = picture[x / factor, y / factor] }
    }
    return result
  }
}
