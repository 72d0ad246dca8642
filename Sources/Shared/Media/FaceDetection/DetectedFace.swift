/// Five points of a face in pixels of the picture. Left and right are as seen in the picture.
package struct FaceLandmarks: Sendable, Equatable {
  package var leftEye: SIMD2<Float>
  package var rightEye: SIMD2<Float>
  /// Tip of the nose.
  package var nose: SIMD2<Float>
  /// Left corner of the mouth.
  package var leftMouth: SIMD2<Float>
  /// Right corner of the mouth.
  package var rightMouth: SIMD2<Float>

  package init(
    leftEye: SIMD2<Float>, rightEye: SIMD2<Float>, nose: SIMD2<Float>, leftMouth: SIMD2<Float>,
    rightMouth: SIMD2<Float>
  ) {
    self.leftEye = leftEye
    self.rightEye = rightEye
    self.nose = nose
    self.leftMouth = leftMouth
    self.rightMouth = rightMouth
  }

  /// The points in the order left eye, right eye, nose, left and right corner of the mouth.
  package var points: [SIMD2<Float>] { [leftEye, rightEye, nose, leftMouth, rightMouth] }
}

/// A face and the square in which the last network saw it; its answer depends on the square.
package struct PlacedFace: Sendable, Equatable {
  package let face: DetectedFace
  /// The square, in pixels of the picture.
  package let square: FaceBox

  package init(face: DetectedFace, square: FaceBox) {
    self.face = face
    self.square = square
  }
}

/// A face that was found in a picture.
package struct DetectedFace: Sendable, Equatable {
  /// The box, in pixels of the picture.
  package var box: FaceBox
  /// Confidence of the last network, 0...1.
  package var score: Float
  /// Eyes, nose and corners of the mouth.
  package var landmarks: FaceLandmarks

  package init(box: FaceBox, score: Float, landmarks: FaceLandmarks) {
    self.box = box
    self.score = score
    self.landmarks = landmarks
  }
}
