/// A rotation, uniform scale and translation of the plane, in pixels:
/// `(x, y) -> (a x - b y + tx, b x + a y + ty)`.
///
/// Pixel coordinates are continuous: the centre of the top left pixel lies at (0.5, 0.5).
public struct SimilarityTransform: Sendable, Equatable {
  /// Scale times the cosine of the angle.
  public var a: Double

  /// Scale times the sine of the angle.
  public var b: Double

  /// Translation in x.
  public var tx: Double

  /// Translation in y.
  public var ty: Double

  /// Length of a transformed unit vector.
  public var scale: Double { (a * a + b * b).squareRoot() }

  /// Creates a transform from its four numbers.
  public init(a: Double, b: Double, tx: Double, ty: Double) {
    self.a = a
    self.b = b
    self.tx = tx
    self.ty = ty
  }

  /// The image of a point.
  public func apply(_ point: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(a * point.x - b * point.y + tx, b * point.x + a * point.y + ty)
  }

  /// This transform followed by a translation.
  public func translated(by offset: SIMD2<Double>) -> SimilarityTransform {
    SimilarityTransform(a: a, b: b, tx: tx + offset.x, ty: ty + offset.y)
  }

  /// The transform that takes every image back to its point.
  ///
  /// - Precondition: the scale is not 0.
  public var inverse: SimilarityTransform {
    let square = a * a + b * b
    precondition(square > 0, "a transform of scale 0 has no inverse")
    let (inverseA, inverseB) = (a / square, -b / square)
    return SimilarityTransform(
      a: inverseA, b: inverseB, tx: -(inverseA * tx - inverseB * ty),
      ty: -(inverseB * tx + inverseA * ty))
  }
}
