package import Contract
internal import FaceDetection
package import FaceExtraction
package import Imaging

extension FaceCrop {
  /// The transform from the pixels of this crop to those of the displayed picture; nil if the
  /// landmarks don't determine one.
  package func placement(_ geometry: CropGeometry) -> SimilarityTransform? {
    guard let landmarks else {
      let side = Double(box.x2 - box.x1)
      return SimilarityTransform(
        a: side / Double(geometry.sizePixels), b: 0, tx: Double(box.x1), ty: Double(box.y1))
    }
    return geometry.placement(
      of: DetectedFace(box: box, score: score, landmarks: landmarks))?.transform
  }
}
