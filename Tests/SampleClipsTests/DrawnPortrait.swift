import FaceDetection
import Imaging
import Randomness

@testable import SampleClips

/// A portrait that a test draws itself: skin, hair, eyes and mouth of flat colours with a fine
/// grain, and a face whose landmarks are known.
enum DrawnPortrait {
  /// Side of the canonical face in pixels, and its top left corner.
  static let facePixels = 120.0
  static let corner = SIMD2(100.0, 90.0)

  static func make(_ name: String, seed: UInt64 = 1) -> SamplePortrait {
    var random = RandomStream(seed: seed, .check)
    var picture = PixelBuffer(width: 320, height: 320, red: 70, green: 90, blue: 120)
    func isInside(_ point: SIMD2<Double>, _ center: SIMD2<Double>, _ radii: SIMD2<Double>) -> Bool {
      let offset = (point - center) / radii
      return (offset * offset).sum() < 1
    }
    for y in 0..<320 {
      for x in 0..<320 {
        let point = (SIMD2(Double(x) + 0.5, Double(y) + 0.5) - corner) / facePixels
        var colour = SIMD4<Float>(SIMD4(70, 90, 120, 0))
        if isInside(point, SIMD2(0.5, 0.35), SIMD2(0.6, 0.65)) { colour = SIMD4(60, 40, 30, 0) }
        if isInside(point, SIMD2(0.5, 0.6), SIMD2(0.42, 0.55)) { colour = SIMD4(205, 160, 135, 0) }
        for eye in [SIMD2(0.343, 0.46), SIMD2(0.657, 0.46)]
        where isInside(point, eye, SIMD2(0.07, 0.035)) { colour = SIMD4(40, 50, 60, 0) }
        if isInside(point, SIMD2(0.5, 0.66), SIMD2(0.05, 0.03)) { colour = SIMD4(150, 110, 90, 0) }
        if isInside(point, SIMD2(0.5, 0.824), SIMD2(0.14, 0.04)) { colour = SIMD4(160, 60, 65, 0) }
        picture.set(x, y, to: colour + (random.uniform() - 0.5) * 24)
      }
    }
    func landmark(_ x: Double, _ y: Double) -> SIMD2<Float> {
      SIMD2<Float>(corner + SIMD2(x, y) * facePixels)
    }
    let box = FaceBox(x1: 105, y1: 85, x2: 215, y2: 225)
    return SamplePortrait(
      person: name, picture: picture,
      face: DetectedFace(
        box: box, score: 1,
        landmarks: FaceLandmarks(
          leftEye: landmark(0.3419, 0.4616), rightEye: landmark(0.6565, 0.4599),
          nose: landmark(0.5002, 0.6405), leftMouth: landmark(0.371, 0.8247),
          rightMouth: landmark(0.6315, 0.8233))))
  }
}

/// Mean absolute difference of the colours inside of the face, 0...255.
func meanFaceDifference(_ left: PixelBuffer, _ right: PixelBuffer) -> Double {
  var sum = 0.0
  var count = 0.0
  for y in 0..<left.height {
    for x in 0..<left.width {
      let point = FaceCanvas.point(x, y)
      guard point.x > 0, point.x < 1, point.y > 0, point.y < 1.2 else { continue }
      let (a, b) = (left[x, y], right[x, y])
      for channel in 0..<3 { sum += abs(Double(a[channel]) - Double(b[channel])) }
      count += 3
    }
  }
  return sum / count
}
