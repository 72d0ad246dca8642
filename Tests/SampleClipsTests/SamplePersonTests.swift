import FaceDetection
import Imaging
import Randomness
import Testing

@testable import SampleClips

/// People derived from a portrait.
struct SamplePersonTests {
  private let portrait = DrawnPortrait.make("drawn")

  private func picture(_ person: SamplePerson, _ scene: SampleScene = SampleScene()) throws
    -> PixelBuffer
  {
    var random = RandomStream(seed: 5, .check)
    return try person.picture(of: portrait, in: scene, &random)
  }

  /// Derived people differ from the portrait and from each other, in the same light.
  @Test func peopleDiffer() throws {
    let unchanged = try picture(
      SamplePerson(name: "drawn", portrait: 0, shape: FaceShape(), colours: PersonColours()))
    var pictures = [unchanged]
    for number in 0..<6 {
      pictures.append(try picture(SamplePerson(number, of: portrait, at: 0, seed: 1)))
    }
    for (index, left) in pictures.enumerated() {
      for right in pictures[(index + 1)...] {
        // The grain alone makes about 4; it is the same noise, moved with the shape.
        let difference = meanFaceDifference(left, right)
        #expect(difference > 8, "person \(index): \(difference)")
      }
    }
  }

  /// The portrait's own shape and colours give the portrait.
  @Test func nothingChangedIsThePortrait() throws {
    let picture = try picture(
      SamplePerson(name: "drawn", portrait: 0, shape: FaceShape(), colours: PersonColours()))
    let canvas = try FaceCanvas(portrait)
    for point in [SIMD2(0.25, 0.66), SIMD2(0.5, 0.25), SIMD2(0.5, 0.82), SIMD2(0.5, -0.15)] {
      let pixel = FaceCanvas.pixels(of: point)
      let here = SIMD4<Float>(picture[Int(pixel.x), Int(pixel.y)])
      let there = portrait.picture.sample(canvas.toPortrait.apply(point))
      // The grain is 12 at most, and the two lie half a pixel apart.
      for channel in 0..<3 { #expect(abs(here[channel] - there[channel]) < 25) }
    }
  }

  /// No shape folds the face, and none leaves it as it is.
  @Test(arguments: 1...60)
  func shapesAreSmooth(seed: UInt64) {
    var random = RandomStream(seed: seed, .check)
    let shape = FaceShape(&random)
    var largestMove = 0.0
    var areas: [Double] = []
    for row in -10...30 {
      for column in -10...30 {
        let point = SIMD2(Double(column), Double(row)) / 20
        let here = shape.source(of: point)
        let right = shape.source(of: point + SIMD2(1e-4, 0)) - here
        let down = shape.source(of: point + SIMD2(0, 1e-4)) - here
        // Area of the image of a small square, as a share; negative if it is flipped.
        areas.append((right.x * down.y - right.y * down.x) / 1e-8 * (shape.isMirrored ? -1 : 1))
        let upright = shape.isMirrored ? SIMD2(1 - here.x, here.y) : here
        let move = upright - point
        largestMove = max(largestMove, (move * move).sum().squareRoot())
      }
    }
    let (smallest, largest) = (areas.min() ?? 0, areas.max() ?? 0)
    #expect(smallest > 0.15 && largest < 4, "\(smallest)...\(largest)")
    #expect(largestMove > 0.02)
  }

  /// Skin and hair are told apart from the rest.
  @Test func colourShares() throws {
    let canvas = try FaceCanvas(portrait)
    let colours = PortraitColours(portrait, on: canvas)
    let (skin, hair, wall) = (
      SIMD4<Float>(205, 160, 135, 0), SIMD4<Float>(60, 40, 30, 0), SIMD4<Float>(70, 90, 120, 0)
    )
    #expect(colours.skinShare(of: skin, at: SIMD2(0.5, 0.6)) > 0.9)
    #expect(colours.skinShare(of: wall, at: SIMD2(0.5, 0.6)) < 0.1)
    #expect(colours.skinShare(of: skin, at: SIMD2(3, 0.6)) == 0)
    #expect(colours.hairShare(of: hair, at: SIMD2(0.5, -0.15)) > 0.9)
    #expect(colours.hairShare(of: skin, at: SIMD2(0.5, -0.15)) < 0.1)
    #expect(colours.hairShare(of: hair, at: SIMD2(0.5, 0.6)) == 0)
  }

  /// A face without size is an error, not a crash.
  @Test func faceWithoutSize() throws {
    let point = SIMD2<Float>(10, 10)
    let face = DetectedFace(
      box: FaceBox(x1: 10, y1: 10, x2: 10, y2: 10), score: 1,
      landmarks: FaceLandmarks(
        leftEye: point, rightEye: point, nose: point, leftMouth: point, rightMouth: point))
    let portrait = SamplePortrait(person: "flat", picture: portrait.picture, face: face)
    let error = #expect(throws: SampleClipsError.self) { _ = try FaceCanvas(portrait) }
    #expect(error?.code == .noFace)
  }
}
