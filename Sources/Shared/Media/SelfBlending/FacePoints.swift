/// Where a face lies in a crop: five points in pixels, pixel (0, 0) covers 0...1.
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

  /// Creates a face of eyes, nose and corners of the mouth, in this order.
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

  /// All five, in the order of `init`.
  var all: [SIMD2<Double>] { [leftEye, rightEye, nose, leftMouth, rightMouth] }

  /// Between the eyes.
  var eyes: SIMD2<Double> { (leftEye + rightEye) / 2 }

  /// Between the corners of the mouth.
  var mouth: SIMD2<Double> { (leftMouth + rightMouth) / 2 }

  /// From the mouth to the eyes.
  var up: SIMD2<Double> { eyes - mouth }

  /// Distance of the eyes or of the corners of the mouth, the longer one.
  var width: Double { max((rightEye - leftEye).length, (rightMouth - leftMouth).length) }

  /// The direction from the left eye to the right one, of length 1; level where they are one point.
  var right: SIMD2<Double> {
    let way = rightEye - leftEye
    let length = way.length
    return length > 1e-6 ? way / length : SIMD2(1, 0)
  }
}

extension SIMD2<Double> {
  /// The length of a vector.
  var length: Double { (self * self).sum().squareRoot() }
}
