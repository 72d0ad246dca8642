internal import Contract
internal import FaceDetection
package import Imaging
internal import SelfBlending
package import ShardStore

extension SampleCatalog {
  /// The face's landmarks in the crop of a sample, mapped as the crop was made; those of the
  /// canonical face if there are none (whole pictures, boxes without size).
  func facePoints(of record: SampleRecord) -> FacePoints? {
    if let landmarks = record.landmarks, let toCrop = transform(of: record)?.inverse {
      return FacePoints(landmarks.map { toCrop.apply(SIMD2($0.x, $0.y)) })
    }
    return FacePoints(description.geometry.canonicalLandmarks)
  }

  /// The map from coordinates of the crop of a sample to those of the displayed picture; nil if the
  /// record doesn't determine it.
  package func transform(of record: SampleRecord) -> SimilarityTransform? {
    let geometry = description.geometry
    guard geometry.alignment != .whole else {
      let scale = record.box.width / Double(geometry.sizePixels)
      return scale > 0
        ? SimilarityTransform(a: scale, b: 0, tx: record.box.x, ty: record.box.y) : nil
    }
    guard let landmarks = record.landmarks, landmarks.count == SampleRecord.landmarkCount else {
      return nil
    }
    let points = landmarks.map { SIMD2(Float($0.x), Float($0.y)) }
    let face = DetectedFace(
      box: FaceBox(
        x1: Float(record.box.x), y1: Float(record.box.y),
        x2: Float(record.box.x + record.box.width), y2: Float(record.box.y + record.box.height)),
      score: 1,
      landmarks: FaceLandmarks(
        leftEye: points[0], rightEye: points[1], nose: points[2], leftMouth: points[3],
        rightMouth: points[4]))
    return geometry.placement(of: face)?.transform
  }
}
