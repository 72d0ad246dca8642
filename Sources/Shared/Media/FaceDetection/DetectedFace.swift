/// Five points of a face in pixels of the picture. Left and right are the picture's.
public struct FaceLandmarks: Sendable, Equatable {
  /// Left eye.
  public var leftEye: SIMD2<Float>
  /// Right eye.
  public var rightEye: SIMD2<Float>
  /// Tip of the nose.
  public var nose: SIMD2<Float>
  /// Left corner of the mouth.
  public var leftMouth: SIMD2<Float>
  /// Right corner of the mouth.
  public var rightMouth: SIMD2<Float>

  /// Creates landmarks.
  public init(
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
  public var points: [SIMD2<Float>] { [leftEye, rightEye, nose, leftMouth, rightMouth] }
}

/// A face, and the square that the last network saw it in: its answer depends on that.
public struct PlacedFace: Sendable, Equatable {
  /// The face.
  public let face: DetectedFace
  /// The square, pixels of the picture.
  public let square: FaceBox

  /// Creates a placed face.
  public init(face: DetectedFace, square: FaceBox) {
    self.face = face
    self.square = square
  }
}

/// A face that was found in a picture.
public struct DetectedFace: Sendable, Equatable {
  /// Where it is, pixels of the picture.
  public var box: FaceBox
  /// How sure the last network is, 0...1.
  public var score: Float
  /// Eyes, nose and corners of the mouth.
  public var landmarks: FaceLandmarks

  /// Creates a face.
  public init(box: FaceBox, score: Float, landmarks: FaceLandmarks) {
    self.box = box
    self.score = score
    self.landmarks = landmarks
  }
}
