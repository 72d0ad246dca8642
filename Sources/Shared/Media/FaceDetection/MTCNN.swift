package import Contract
package import Imaging
internal import NeuralNetwork

/// Multi-task cascaded convolutional networks (Zhang et al. 2016): finds faces and five landmarks.
///
/// P-Net proposes windows in a pyramid of sizes, R-Net and O-Net filter and refine them. With the
/// default settings `detect` gives the answers of facenet-pytorch 2.6.0's `MTCNN.detect`.
///
/// Not Sendable: it owns the memory that the networks compute in, so each worker has its own; the
/// weights are shared.
package final class MTCNN {
  package let settings: MTCNNSettings

  let weights: MTCNNWeights
  let workspace = CascadeWorkspace()
  var resampler = AreaResampler()

  /// Creates a detector for one worker.
  ///
  /// - Throws: `FaceDetectionError` if a setting is invalid.
  package init(
    weights: MTCNNWeights, settings: MTCNNSettings = MTCNNSettings()
  ) throws(FaceDetectionError) {
    try FaceDetectionError.check(settings)
    self.weights = weights
    self.settings = settings
  }

  /// Finds all faces of a picture in its full resolution, the largest first.
  ///
  /// Cost: grows with the number of pixels; about 4 times as much for half the `minimumFaceSize`.
  package func detect(in picture: PixelBuffer) -> [DetectedFace] {
    var tiles = TileSet(width: picture.width, height: picture.height)
    let tile = PictureTile(
      whole: picture, pictureWidth: picture.width, pictureHeight: picture.height)
    tiles.append(tile)
    let levels = PyramidLevel.levels(
      width: picture.width, height: picture.height, settings: settings)
    let proposals = proposals(in: levels.map { ($0.wholeWindow, tile) })
    return faces(in: refined(proposals, tiles), tiles)
  }
}
