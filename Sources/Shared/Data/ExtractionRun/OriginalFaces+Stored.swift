internal import FaceDetection
package import FaceExtraction
package import ShardStore

extension OriginalFaces {
  /// The faces of a real video exactly as the store has them, so that its fakes get the same faces
  /// whether it was extracted in this run or in another one.
  ///
  /// - Returns: nil if the store's records are incomplete, or if the video has no face.
  package init?(_ name: String, _ video: StoredVideo) {
    guard video.record.state == .done, let width = video.record.widthPixels,
      let height = video.record.heightPixels, !video.samples.isEmpty
    else { return nil }
    var faces: [Face] = []
    for sample in video.samples {
      guard let landmarks = sample.landmarks, landmarks.count == SampleRecord.landmarkCount else {
        return nil
      }
      let points = landmarks.map { SIMD2(Float($0.x), Float($0.y)) }
      let box = sample.box
      let face = DetectedFace(
        box: FaceBox(
          x1: Float(box.x), y1: Float(box.y), x2: Float(box.x + box.width),
          y2: Float(box.y + box.height)),
        score: Float(sample.score),
        landmarks: FaceLandmarks(
          leftEye: points[0], rightEye: points[1], nose: points[2], leftMouth: points[3],
          rightMouth: points[4]))
      faces.append(
        Face(
          frame: sample.frame, timestampSeconds: sample.timestampSeconds, face: face,
          track: sample.track))
    }
    self.init(
      name: name, widthPixels: width, heightPixels: height,
      durationSeconds: video.record.durationSeconds, framesSampled: video.record.framesSampled,
      faces: faces)
  }
}
