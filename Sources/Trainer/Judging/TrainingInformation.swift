import Evaluation
import Foundation
import Imaging
import ModelFiles
import Configuration
import Contract
import Reporting
import ShardStore
import TrainingData

/// How a model came to be and what it is worth: `training_info.json`.
struct TrainingInformation: Codable {
  var formatVersion = 1
  var software: String
  var hardware: Hardware
  /// Verdict in one line.
  var verdict: String
  var model: ModelMetadata
  var data: DataSummary
  /// The configuration's section `train:`, whole.
  var configuration: String
  /// Every epoch, oldest first.
  var curve: [EpochRecord]
  var best: BestEpoch?
  /// Why training ended; nil where the time limit or an export of a checkpoint came first.
  var ending: String?
  var trainedSeconds: Double
  /// Workers of the last run; nil in older files.
  var workers: Int?
  /// On the validation split, which also gave temperature and threshold.
  var validation: EvaluationReport?
  /// On the test split; nil where there is none.
  var test: EvaluationReport?
  var behaviour: BehaviourCheck

  struct DataSummary: Codable {
    var store: String
    var geometry: CropGeometry
    var videos: Int
    var failedVideos: Int
    var crops: Int
    var fingerprint: String
    var splits: [String: SplitCounts]
    var notes: [String]
  }

  struct SplitCounts: Codable {
    var groups: Int
    var realVideos: Int
    var fakeVideos: Int
    var realCrops: Int
    var fakeCrops: Int
    var videosWithoutFace: Int
  }

  /// Writes the JSON file.
  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write([UInt8](encoder.encode(self)), to: path)
  }

  /// The file that belongs beside a model: `training_info.json` beside `model.pt`,
  /// `fixed_training_info.json` beside `fixed_deepfake_model.pt`, `x_training_info.json` beside
  /// `x.pt`.
  static func path(besideModel path: String) -> String {
    let url = URL(fileURLWithPath: path)
    var stem = url.deletingPathExtension().lastPathComponent
    for ending in ["deepfake_model", "model"] where stem.hasSuffix(ending) {
      stem.removeLast(ending.count)
      break
    }
    if !stem.isEmpty, !stem.hasSuffix("_") { stem += "_" }
    return url.deletingLastPathComponent().appendingPathComponent(stem + "training_info.json").path
  }
}

extension TrainingInformation.DataSummary {
  init(_ catalog: SampleCatalog, _ split: DataSplit) {
    store = catalog.directory
    geometry = catalog.description.geometry
    videos = catalog.videos.count
    failedVideos = catalog.failedVideoCount
    crops = catalog.sampleCount
    fingerprint = String(catalog.fingerprint, radix: 16)
    splits = [:]
    for side in DatasetSplit.allCases {
      let counts = split.counts(of: side)
      splits[side.rawValue] = TrainingInformation.SplitCounts(
        groups: counts.groups, realVideos: counts.realVideos, fakeVideos: counts.fakeVideos,
        realCrops: counts.realSamples, fakeCrops: counts.fakeSamples,
        videosWithoutFace: counts.videosWithoutFace)
    }
    notes = split.notes
  }
}
