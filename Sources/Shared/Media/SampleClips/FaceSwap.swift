internal import Contract
internal import FaceDetection
internal import Imaging

/// A simple face swap: the donor's aligned face, its colours matched, blended into the target's
/// picture through a soft oval.
enum FaceSwap {
  /// The target's picture with the donor's face.
  static func picture(
    of target: SamplePortrait, withFaceOf donor: SamplePortrait
  ) throws(SampleClipsError) -> PixelBuffer {
    let geometry = CropGeometry(alignment: .landmarks, margin: 1.5, sizePixels: 320)
    guard let toTarget = geometry.placement(of: target.face)?.transform,
      let toDonor = geometry.placement(of: donor.face)?.transform
    else {
      throw SampleClipsError(
        .noFace, target.person + " or " + donor.person, "the face found has no size")
    }
    let size = geometry.sizePixels
    let targetFace = target.picture.warped(sizePixels: size, by: toTarget)
    let donorFace = donor.picture.warped(sizePixels: size, by: toDonor)
    let match = colourMatch(from: donorFace, to: targetFace)
    var result = target.picture
    let fromTarget = toTarget.inverse
    for y in 0..<result.height {
      for x in 0..<result.width {
        let point = fromTarget.apply(SIMD2(Double(x) + 0.5, Double(y) + 0.5))
        let weight = Float(oval(point / Double(size)))
        guard weight > 0 else { continue }
        let column = min(max(Int(point.x), 0), size - 1)
        let row = min(max(Int(point.y), 0), size - 1)
        let donorColour = SIMD4<Float>(donorFace[column, row]) * match.gain + match.offset
        let own = SIMD4<Float>(result[x, y])
        let mixed = (own + (donorColour - own) * weight).clamped(
          lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 255))
        result[x, y] = SIMD4<UInt8>(mixed)
      }
    }
    return result
  }

  /// 1 in the middle of the face, 0 outside of an oval, with a soft rim. Coordinates 0...1 in the
  /// crop.
  private static func oval(_ point: SIMD2<Double>) -> Double {
    let dx = (point.x - 0.5) / 0.27
    let dy = (point.y - 0.54) / 0.33
    let radius = (dx * dx + dy * dy).squareRoot()
    let edge = min(max((1 - radius) / 0.25, 0), 1)
    return edge * edge * (3 - 2 * edge)
  }

  /// Gain and offset per channel that give the donor's face the target's mean and spread.
  private static func colourMatch(
    from donor: PixelBuffer, to target: PixelBuffer
  ) -> (gain: SIMD4<Float>, offset: SIMD4<Float>) {
    let (donorMean, donorSpread) = statistics(donor)
    let (targetMean, targetSpread) = statistics(target)
    let floor = SIMD4<Float>(repeating: 1)
    let gain =
      (targetSpread.replacing(with: floor, where: targetSpread .< floor)
      / donorSpread.replacing(with: floor, where: donorSpread .< floor)).clamped(
        lowerBound: SIMD4(repeating: 0.6), upperBound: SIMD4(repeating: 1.6))
    return (gain, targetMean - donorMean * gain)
  }

  /// Mean and standard deviation inside of the oval, per channel.
  private static func statistics(
    _ face: PixelBuffer
  ) -> (mean: SIMD4<Float>, spread: SIMD4<Float>) {
    var sum = SIMD4<Float>(repeating: 0)
    var squares = SIMD4<Float>(repeating: 0)
    var count: Float = 0
    for y in 0..<face.height {
      for x in 0..<face.width {
        let point = SIMD2(Double(x) / Double(face.width), Double(y) / Double(face.height))
        guard oval(point) > 0.5 else { continue }
        let colour = SIMD4<Float>(face[x, y])
        sum += colour
        squares += colour * colour
        count += 1
      }
    }
    let mean = sum / max(count, 1)
    let variance = squares / max(count, 1) - mean * mean
    // Rounding can make the variance of one colour slightly negative.
    return (mean, variance.replacing(with: 0, where: variance .< 0).squareRoot())
  }
}
