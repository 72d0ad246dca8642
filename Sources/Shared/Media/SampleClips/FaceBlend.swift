internal import Foundation
internal import Imaging
internal import Randomness

/// A manipulation: a copy of the person's own face, changed in colour, sharpness and position,
/// blended into the picture through a mask (self-blended images: Shiohara, Yamasaki, Detecting
/// Deepfakes with Self-Blended Images, CVPR 2022).
///
/// The person says nothing about whether a clip is genuine, and outside of the mask the picture is
/// unchanged: only the traces of blending tell genuine and manipulated apart.
struct FaceBlend: Sendable, Equatable {
  var mask: BlendMask
  /// The copy is reduced by this factor and enlarged again, like the output of a network with few
  /// pixels.
  var detail: Double
  /// Factors of red, green and blue, and their offsets.
  var gain: SIMD4<Float>
  var offset: SIMD4<Float>
  /// Shift of the copy, in units of the face, and its growth, as a share.
  var shift: SIMD2<Double>
  var growth: SIMD2<Double>

  /// Draws a manipulation.
  init(_ random: inout RandomStream) {
    mask = BlendMask(&random)
    detail = random.uniform(0.16, 0.38)
    // A manipulation matches the face's colours, but never exactly: some difference always remains.
    let brightness = Float(random.uniform(8, 22)) * (random.happens(0.5) ? 1 : -1)
    offset =
      SIMD4(
        Float(random.uniform(-14, 14)), Float(random.uniform(-14, 14)),
        Float(random.uniform(-14, 14)), 0) + SIMD4(1, 1, 1, 0) * brightness
    gain = SIMD4(repeating: Float(random.uniform(0.85, 1.15)))
    shift = SIMD2(random.uniform(-0.04, 0.04), random.uniform(-0.04, 0.04))
    growth = SIMD2(random.uniform(-0.08, 0.08), random.uniform(-0.08, 0.08))
  }

  /// Blends the copy into a picture of `FaceCanvas`.
  func apply(to picture: inout PixelBuffer) {
    let (lower, upper) = mask.bounds
    let (first, last) = (FaceCanvas.pixels(of: lower), FaceCanvas.pixels(of: upper))
    // Room for the copy's shift and growth, and for blurs.
    let margin = 24
    let size = FaceCanvas.sizePixels
    let left = min(max(Int(first.x) - margin, 0), size - 1)
    let top = min(max(Int(first.y) - margin, 0), size - 1)
    let right = min(max(Int(last.x) + margin, left), size - 1)
    let bottom = min(max(Int(last.y) + margin, top), size - 1)
    let (width, height) = (right - left + 1, bottom - top + 1)
    let copy = picture.cropped(x: left, y: top, width: width, height: height).resized(
      width: max(Int((Double(width) * detail).rounded()), 1),
      height: max(Int((Double(height) * detail).rounded()), 1)
    ).resized(width: width, height: height)
    let corner = SIMD2(Double(left), Double(top))
    for y in top...bottom {
      for x in left...right {
        let point = FaceCanvas.point(x, y)
        let weight = Float(mask.weight(at: point))
        guard weight > 0 else { continue }
        let origin = mask.center + (point - mask.center - shift) / (1 + growth)
        let colour = copy.sample(FaceCanvas.pixels(of: origin) - corner)
        let changed = (colour - 118) * gain + 118 + offset
        let own = SIMD4<Float>(picture[x, y])
        picture.set(x, y, to: own + (changed - own) * weight)
      }
    }
  }
}
