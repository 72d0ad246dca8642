/// Five points of a face in a crop, in pixels; pixel (0, 0) covers 0...1.
package struct FacePoints: Sendable, Equatable {
  /// The eye on the picture's left.
  package var leftEye: SIMD2<Double>
  /// The eye on the picture's right.
  package var rightEye: SIMD2<Double>
  /// The tip of the nose.
  package var nose: SIMD2<Double>
  /// The corner of the mouth on the picture's left.
  package var leftMouth: SIMD2<Double>
  /// The corner of the mouth on the picture's right.
  package var rightMouth: SIMD2<Double>

  /// Takes eyes, nose and corners of the mouth, in this order, left before right.
  ///
  /// - Returns: nil unless there are five finite points.
  package init?(_ points: [SIMD2<Double>]) {
    guard points.count == 5, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
      return nil
    }
    leftEye = points[0]
    rightEye = points[1]
    nose = points[2]
    leftMouth = points[3]
    rightMouth = points[4]
  }

  /// All five points, in the order of `init`.
  var all: [SIMD2<Double>] { [leftEye, rightEye, nose, leftMouth, rightMouth] }

  /// The point between the eyes.
  var eyes: SIMD2<Double> { (leftEye + rightEye) / 2 }

  /// The point between the corners of the mouth.
  var mouth: SIMD2<Double> { (leftMouth + rightMouth) / 2 }

  /// The vector from the mouth to the eyes.
  var up: SIMD2<Double> { eyes - mouth }

  /// Distance between the eyes or between the corners of the mouth, whichever is larger.
  var width: Double { max((rightEye - leftEye).length, (rightMouth - leftMouth).length) }

  /// The unit vector from the left eye to the right one; horizontal if both are at the same point.
  var right: SIMD2<Double> {
    let vector = rightEye - leftEye
    let length = vector.length
    return length > 1e-6 ? vector / length : SIMD2(1, 0)
  }
}

extension SIMD2<Double> {
  /// Euclidean length.
  var length: Double { (self * self).sum().squareRoot() }
}
