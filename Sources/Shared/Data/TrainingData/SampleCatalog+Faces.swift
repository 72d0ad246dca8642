internal import Contract
internal import FaceDetection
internal import Imaging
internal import SelfBlending
internal import ShardStore

extension SampleCatalog {
  /// Where the face lies in the crop of a sample: its landmarks by the way that the crop was made; those
  /// of the canonical face where there are none (whole pictures, boxes without size).
  func facePoints(of record: SampleRecord) -> FacePoints? {
    let geometry = description.geometry
    if let landmarks = record.landmarks, landmarks.count == SampleRecord.landmarkCount {
      let points = landmarks.map { SIMD2(Float($0.x), Float($0.y)) }
      let face = DetectedFace(
        box: FaceBox(
          x1: Float(record.box.x), y1: Float(record.box.y),
          x2: Float(record.box.x + record.box.width), y2: Float(record.box.y + record.box.height)),
        score: 1,
        landmarks: FaceLandmarks(
          leftEye: points[0], rightEye: points[1], nose: points[2], leftMouth: points[3],
          rightMouth: points[4]))
      if let placement = geometry.placement(of: face) {
        let toCrop = placement.transform.inverse
        return FacePoints(landmarks.map { toCrop.apply(SIMD2($0.x, $0.y)) })
      }
    }
    return FacePoints(geometry.canonicalLandmarks)
  }
}
