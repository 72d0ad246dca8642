import Contract
import FaceDetection
import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct FaceAlignmentTests {
  private let canonical: [SIMD2<Double>] = [
    SIMD2(38.2946, 51.6963), SIMD2(73.5318, 51.5014), SIMD2(56.0252, 71.7366),
    SIMD2(41.5493, 92.3655), SIMD2(70.7299, 92.2041),
  ]

  /// A face whose landmarks are the canonical ones, rotated, scaled and shifted.
  private func face(angle: Double, scale: Double, at offset: SIMD2<Double>) -> DetectedFace {
    let points = canonical.map { point in
      let (x, y) = (point.x * scale, point.y * scale)
      return SIMD2<Float>(
        SIMD2(x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)) + offset)
    }
    return DetectedFace(
      box: FaceBox(x1: 10, y1: 20, x2: 70, y2: 100), score: 1,
      landmarks: FaceLandmarks(
        leftEye: points[0], rightEye: points[1], nose: points[2], leftMouth: points[3],
        rightMouth: points[4]))
  }

  @Test(arguments: [0, 0.4, -1.2, 3], [1.0, 1.3, 2])
  func landmarksLandOnTheCanonicalFace(angle: Double, margin: Double) throws {
    let face = face(angle: angle, scale: 2.5, at: SIMD2(300, 200))
    let geometry = CropGeometry(alignment: .landmarks, margin: margin, sizePixels: 224)
    let placement = try #require(geometry.placement(of: face))
    for (point, target) in zip(canonical, face.landmarks.points) {
      let inCrop = ((point / 112 - 0.5) / margin + 0.5) * 224
      let difference = placement.transform.apply(inCrop) - SIMD2<Double>(target)
      #expect(abs(difference.x) < 1e-3 && abs(difference.y) < 1e-3)
    }
  }

  @Test func marginShowsMore() throws {
    let face = face(angle: 0, scale: 1, at: SIMD2(0, 0))
    let exact = try #require(
      CropGeometry(alignment: .landmarks, margin: 1, sizePixels: 112).placement(of: face))
    #expect(abs(exact.transform.scale - 1) < 1e-6)
    let wide = try #require(
      CropGeometry(alignment: .landmarks, margin: 1.3, sizePixels: 112).placement(of: face))
    #expect(abs(wide.transform.scale - 1.3) < 1e-6)
    // Both are centred on the same point.
    let difference = exact.transform.apply(SIMD2(56, 56)) - wide.transform.apply(SIMD2(56, 56))
    #expect(abs(difference.x) < 1e-6 && abs(difference.y) < 1e-6)
  }

  /// The inner face is a square of the crop that holds eyes, nose and mouth.
  @Test(arguments: [1.0, 1.3, 2], [64, 128, 224])
  func innerFaceHoldsTheLandmarks(_ margin: Double, _ size: Int) {
    let geometry = CropGeometry(alignment: .landmarks, margin: margin, sizePixels: size)
    let face = geometry.innerFace
    #expect(face.width == face.height)
    #expect(face.width == Int((Double(size) / (2 * margin)).rounded()))
    #expect(PixelRectangle(x: 0, y: 0, width: size, height: size).contains(face))
    for point in geometry.canonicalLandmarks {
      #expect(
        point.x > Double(face.x) && point.x < Double(face.x + face.width)
          && point.y > Double(face.y) && point.y < Double(face.y + face.height))
    }
  }

  @Test func innerFaceByHand() {
    func face(_ alignment: CropGeometry.Alignment, _ margin: Double, _ size: Int) -> PixelRectangle
    {
      CropGeometry(alignment: alignment, margin: margin, sizePixels: size).innerFace
    }
    #expect(face(.landmarks, 1.3, 224) == PixelRectangle(x: 69, y: 94, width: 86, height: 86))
    #expect(face(.box, 1, 100) == PixelRectangle(x: 25, y: 25, width: 50, height: 50))
    #expect(face(.box, 2, 100) == PixelRectangle(x: 38, y: 38, width: 25, height: 25))
    #expect(face(.whole, 1.3, 100) == PixelRectangle(x: 25, y: 25, width: 50, height: 50))
    // Margins and sizes with which little of a face is seen have a region too.
    #expect(face(.box, 100, 64) == PixelRectangle(x: 28, y: 28, width: 8, height: 8))
    #expect(face(.landmarks, 0.1, 64) == PixelRectangle(x: 0, y: 0, width: 64, height: 64))
    #expect(face(.landmarks, 1.3, 1) == PixelRectangle(x: 0, y: 0, width: 1, height: 1))
  }

  @Test func boxAlignmentIsAnUprightSquare() throws {
    let geometry = CropGeometry(alignment: .box, margin: 1.5, sizePixels: 60)
    let placement = try #require(
      geometry.placement(of: face(angle: 1, scale: 1, at: SIMD2(0, 0))))
    // The box is 60x80 around (40, 60): a square of 120 pixels.
    #expect(placement.transform == SimilarityTransform(a: 2, b: 0, tx: -20, ty: 0))
    #expect(placement.region == PixelRectangle(x: -22, y: -2, width: 124, height: 124))
    #expect(
      placement.region(inWidth: 50, height: 1000)
        == PixelRectangle(x: 0, y: 0, width: 50, height: 122))
    #expect(
      placement.region(inWidth: 1000, height: 1000).contains(
        PixelRectangle(x: 0, y: 0, width: 100, height: 120)))
  }

  @Test func regionHoldsTheTurnedCrop() throws {
    let geometry = CropGeometry(alignment: .landmarks, margin: 1.3, sizePixels: 100)
    let placement = try #require(
      geometry.placement(of: face(angle: 0.7, scale: 2, at: SIMD2(500, 400))))
    for corner in [SIMD2(0.0, 0), SIMD2(100, 0), SIMD2(0, 100), SIMD2(100, 100)] {
      let point = placement.transform.apply(corner)
      #expect(point.x > Double(placement.region.x) + 1)
      #expect(point.x < Double(placement.region.x + placement.region.width) - 1)
      #expect(point.y > Double(placement.region.y) + 1)
      #expect(point.y < Double(placement.region.y + placement.region.height) - 1)
    }
  }

  /// A crop that is filled by reflection is the same from its part of a picture as from all of it.
  @Test(arguments: [CropGeometry.Fill.black, .reflect])
  func regionHoldsWhatTheCropShows(fill: CropGeometry.Fill) throws {
    var generator = SplitMix64(state: 4)
    func random(_ range: ClosedRange<Double>) -> Double {
      Double.random(in: range, using: &generator)
    }
    let bytes = (0..<(90 * 70 * 4)).map { index -> UInt8 in
      index % 4 == 3 ? 255 : UInt8(truncatingIfNeeded: generator.next())
    }
    let picture = PixelBuffer(width: 90, height: 70, bytes: bytes)
    var smaller = 0
    for _ in 0..<60 {
      let geometry = CropGeometry(
        alignment: .landmarks, margin: random(1...2.5), sizePixels: 33)
      let face = face(
        angle: random(-1...1), scale: random(0.05...1.2),
        at: SIMD2(random(-20...110), random(-20...90)))
      let placement = try #require(geometry.placement(of: face))
      let region = placement.region(inWidth: 90, height: 70, fill: fill)
      guard !region.isEmpty else { continue }
      if region.width < 90 || region.height < 70 { smaller += 1 }
      let part = picture.cropped(
        x: region.x, y: region.y, width: region.width, height: region.height
      ).warped(
        sizePixels: 33,
        by: placement.transform.translated(by: SIMD2(-Double(region.x), -Double(region.y))),
        fill: fill)
      let whole = picture.warped(sizePixels: 33, by: placement.transform, fill: fill)
      let largest = zip(part.bytes, whole.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 255
      #expect(largest <= 1, "\(placement)")
    }
    #expect(smaller > 10)
  }

  @Test func facesWithoutSizeHaveNoCrop() {
    var face = face(angle: 0, scale: 0, at: SIMD2(5, 5))
    #expect(CropGeometry(alignment: .landmarks).placement(of: face) == nil)
    face.landmarks.nose.x = .nan
    #expect(CropGeometry(alignment: .landmarks).placement(of: face) == nil)
    face.box.x2 = .infinity
    #expect(CropGeometry(alignment: .box).placement(of: face) == nil)
  }
}
