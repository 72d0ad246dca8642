import Contract
import FaceDetection
import NeuralNetwork
import Foundation
import Testing

@Suite struct MTCNNWeightsTests {
  @Test func missingFileIsNamed() throws {
    let error = try #require(throws: FaceDetectionError.self) {
      try MTCNNWeights.load(directory: "/no/such/folder", kernels: Processor.selected)
    }
    #expect(error.code == .unreadableWeights)
    #expect(error.subject == "/no/such/folder/pnet.pt")
    #expect(error.cause != nil)
  }

  @Test(.enabled(if: SamplePictures.weightsAvailable, "needs weights/mtcnn"))
  func fileOfAnotherNetworkNamesKeyAndShapes() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let weights = URL(filePath: SamplePictures.weightsDirectory)
    for (source, target) in [("rnet.pt", "pnet.pt"), ("rnet.pt", "rnet.pt")] {
      try FileManager.default.copyItem(
        at: weights.appending(path: source), to: folder.appending(path: target))
    }
    let error = try #require(throws: FaceDetectionError.self) {
      try MTCNNWeights.load(directory: folder.path, kernels: Processor.selected)
    }
    #expect(error.code == .unexpectedWeights)
    #expect(error.subject.hasSuffix("pnet.pt"))
    #expect(error.message.contains("conv1.weight"))
    #expect(error.message.contains("[10, 3, 3, 3]") && error.message.contains("[28, 3, 3, 3]"))
  }

  @Test(.enabled(if: SamplePictures.weightsAvailable, "needs weights/mtcnn"))
  func meaninglessSettingsAreRefused() throws {
    let weights = try MTCNNWeights.load(
      directory: SamplePictures.weightsDirectory, kernels: Processor.selected)
    for settings in [
      MTCNNSettings(proposalThreshold: .nan), MTCNNSettings(outputThreshold: 1.5),
      MTCNNSettings(minimumFaceSize: 0), MTCNNSettings(minimumFaceSize: .infinity),
      MTCNNSettings(pyramidFactor: 1),
    ] {
      #expect(throws: FaceDetectionError.self) {
        try MTCNN(weights: weights, settings: settings)
      }
    }
    for settings in [
      FaceSearchSettings(searchShortSide: -1), FaceSearchSettings(fullSearchInterval: 0),
    ] {
      #expect(throws: FaceDetectionError.self) {
        try FaceSearcher(weights: weights, settings: settings)
      }
    }
    let searcher = try FaceSearcher(weights: weights)
    for settings in [
      TrackSettings(minimumFrames: -1), TrackSettings(minimumScore: .nan),
      TrackSettings(maximumTracks: -2), TrackSettings(maximumGap: -1),
    ] {
      #expect(throws: FaceDetectionError.self) {
        try FaceTracker(searcher: searcher, settings: settings)
      }
    }
  }
}
