import Contract
import FaceDetection
import NeuralNetwork
import Imaging
import Testing

/// The exact cascade against facenet-pytorch 2.6.0.
@Suite struct CascadeTests {
  @Test(
    .enabled(if: SamplePictures.available, "needs ../shared/data/mtcnn and weights/mtcnn"),
    arguments: [20, 60])
  func agreesWithFacenet(minimumFaceSize: Int) throws {
    let detector = try MTCNN(
      weights: MTCNNWeights.load(
        directory: SamplePictures.weightsDirectory, kernels: Processor.selected),
      settings: MTCNNSettings(minimumFaceSize: Double(minimumFaceSize)))
    for frame in try SamplePictures.frames() {
      let faces = detector.detect(in: try SamplePictures.picture(frame))
      for expected in frame.faces(minimumFaceSize: minimumFaceSize)
      where expected.faceBox.height >= 60 && expected.score > 0.95 {
        let agreement = Agreement(faces, expected)
        #expect(agreement.overlap >= 0.98, "\(frame.file): \(agreement)")
        #expect(agreement.landmarkError <= 0.01, "\(frame.file): \(agreement)")
      }
    }
  }
}
