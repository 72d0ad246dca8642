/// Settings of the cascade. The defaults are facenet-pytorch's.
public struct MTCNNSettings: Sendable, Equatable {
  /// Score from which a proposal counts, 0...1.
  public var proposalThreshold: Float
  /// Score from which a refined proposal counts, 0...1.
  public var refinementThreshold: Float
  /// Score from which a face counts, 0...1.
  public var outputThreshold: Float
  /// Side of the smallest face that is looked for, in pixels of the picture.
  public var minimumFaceSize: Double
  /// Size of a pyramid level relative to the one before it.
  public var pyramidFactor: Double

  /// Creates settings.
  public init(
    proposalThreshold: Float = 0.6, refinementThreshold: Float = 0.7, outputThreshold: Float = 0.7,
    minimumFaceSize: Double = 20, pyramidFactor: Double = 0.709
  ) {
    self.proposalThreshold = proposalThreshold
    self.refinementThreshold = refinementThreshold
    self.outputThreshold = outputThreshold
    self.minimumFaceSize = minimumFaceSize
    self.pyramidFactor = pyramidFactor
  }

  /// Throws where a setting has no meaning.
  func validate() throws(FaceDetectionError) {
    for (name, value) in [
      ("proposal threshold", proposalThreshold), ("refinement threshold", refinementThreshold),
      ("output threshold", outputThreshold),
    ] where !(value >= 0 && value <= 1) {
      throw FaceDetectionError(
        code: .invalidSettings, subject: name,
        message: "expected a score between 0 and 1, got \(value); usual are 0.6, 0.7, 0.7")
    }
    guard minimumFaceSize >= 12, minimumFaceSize.isFinite else {
      throw FaceDetectionError(
        code: .invalidSettings, subject: "minimum face size",
        message: "expected 12 pixels or more, got \(minimumFaceSize); usual is 20")
    }
    guard pyramidFactor >= 0.1, pyramidFactor <= 0.95 else {
      throw FaceDetectionError(
        code: .invalidSettings, subject: "pyramid factor",
        message: "expected 0.1 to 0.95, got \(pyramidFactor); usual is 0.709")
    }
  }
}
