import FaceDetection
import Imaging
import Testing

@Suite struct AlignmentTests {
  /// ArcFace's canonical landmarks in 112x112 pixels.
  private let canonical: [SIMD2<Double>] = [
    SIMD2(38.2946, 51.6963), SIMD2(73.5318, 51.5014), SIMD2(56.0252, 71.7366),
    SIMD2(41.5493, 92.3655), SIMD2(70.7299, 92.2041),
  ]

  private func face(_ points: [SIMD2<Double>], box: FaceBox) -> DetectedFace {
    let p = points.map { SIMD2<Float>(Float($0.x), Float($0.y)) }
    return DetectedFace(
      box: box, score: 1,
      landmarks: FaceLandmarks(
        leftEye: p[0], rightEye: p[1], nose: p[2], leftMouth: p[3], rightMouth: p[4]))
  }

  @Test func aTurnedFaceIsTurnedBack() throws {
    let pose = SimilarityTransform(a: 1.9, b: -0.8, tx: 300, ty: 250)
    let turned = face(
      canonical.map(pose.apply), box: FaceBox(x1: 0, y1: 0, x2: 1, y2: 1))
    let geometry = CropGeometry(alignment: .landmarks, margin: 1.3, sizePixels: 224)
    let placement = try #require(geometry.placement(of: turned))
    for point in canonical {
      let inCrop = ((point / 112 - 0.5) / 1.3 + 0.5) * 224
      let difference = placement.transform.apply(inCrop) - pose.apply(point)
      #expect(abs(difference.x) < 1e-3 && abs(difference.y) < 1e-3)
    }
    // Everything that the crop shows lies in the region.
    for corner in [SIMD2(0.0, 0.0), SIMD2(224, 0), SIMD2(0, 224), SIMD2(224, 224)] {
      let point = placement.transform.apply(corner)
      #expect(Int(point.x) >= placement.region.x && Int(point.y) >= placement.region.y)
      #expect(Int(point.x) < placement.region.x + placement.region.width)
      #expect(Int(point.y) < placement.region.y + placement.region.height)
    }
  }

  @Test func aBoxBecomesAnUprightSquareAroundItsCentre() throws {
    let boxed = face(canonical, box: FaceBox(x1: 100, y1: 50, x2: 180, y2: 150))
    let geometry = CropGeometry(alignment: .box, margin: 1.5, sizePixels: 100)
    let transform = try #require(geometry.placement(of: boxed)).transform
    #expect(transform.b == 0)
    #expect(abs(transform.a - 1.5) < 1e-9)
    #expect(transform.apply(SIMD2(50, 50)) == SIMD2(140, 100))
  }

  @Test func aFaceWithoutSizeHasNoPlace() {
    let point = face(
      Array(repeating: SIMD2(5, 5), count: 5), box: FaceBox(x1: 5, y1: 5, x2: 5, y2: 5))
    #expect(CropGeometry(alignment: .landmarks).placement(of: point) == nil)
    #expect(CropGeometry(alignment: .box).placement(of: point) == nil)
    let endless = face(
      Array(repeating: SIMD2(.nan, 5), count: 5), box: FaceBox(x1: .nan, y1: 5, x2: 9, y2: 9))
    #expect(CropGeometry(alignment: .landmarks).placement(of: endless) == nil)
    #expect(CropGeometry(alignment: .box).placement(of: endless) == nil)
  }
}
