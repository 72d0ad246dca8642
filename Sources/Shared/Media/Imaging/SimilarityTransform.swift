#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A rotation, uniform scale and translation of the plane, in pixels:
/// `(x, y) -> (a x - b y + tx, b x + a y + ty)`.
///
/// Pixel coordinates are continuous: the centre of the top left pixel lies at (0.5, 0.5).
package struct SimilarityTransform: Sendable, Equatable {
  /// Scale times the cosine of the angle.
  package var a: Double

  /// Scale times the sine of the angle.
  package var b: Double

  /// Translation in x.
  package var tx: Double

  /// Translation in y.
  package var ty: Double

  /// Length of a transformed unit vector.
  package var scale: Double { (a * a + b * b).squareRoot() }

  package init(a: Double, b: Double, tx: Double, ty: Double) {
    self.a = a
    self.b = b
    self.tx = tx
    self.ty = ty
  }

  /// The transform that takes pixels of a new picture to those of an old one of the same size, for
  /// a picture that is rotated and scaled about its centre, then shifted.
  ///
  /// - Parameters:
  ///   - middle: half of the width and of the height.
  ///   - degrees: angle of the rotation.
  ///   - scale: above 0; 2 shows the centre twice as large.
  ///   - shift: in pixels.
  package init(
    about middle: SIMD2<Double>, degrees: Double, scale: Double, shift: SIMD2<Double>
  ) {
    let angle = degrees * Double.pi / 180
    a = cos(angle) / scale
    b = sin(angle) / scale
    tx = middle.x - a * middle.x + b * middle.y - shift.x
    ty = middle.y - b * middle.x - a * middle.y - shift.y
  }

  /// The image of a point.
  package func apply(_ point: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(a * point.x - b * point.y + tx, b * point.x + a * point.y + ty)
  }

  /// This transform followed by a translation.
  package func translated(by offset: SIMD2<Double>) -> SimilarityTransform {
    SimilarityTransform(a: a, b: b, tx: tx + offset.x, ty: ty + offset.y)
  }

  /// The transform that takes every image back to its point.
  ///
  /// - Precondition: the scale is not 0.
  package var inverse: SimilarityTransform {
    let square = a * a + b * b
    precondition(square > 0, "a transform of scale 0 has no inverse")
    let (inverseA, inverseB) = (a / square, -b / square)
    return SimilarityTransform(
      a: inverseA, b: inverseB, tx: -(inverseA * tx - inverseB * ty),
      ty: -(inverseB * tx + inverseA * ty))
  }
}
