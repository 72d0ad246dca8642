internal import PipelineConfiguration
internal import Contract
internal import Foundation
internal import ModelFiles
internal import Reporting
internal import RunReports
internal import ShardStore
internal import TensorFiles
internal import TrainingRun
internal import VideoCatalog

/// The readers of text.
enum TextLoading {
  static func load(
    _ document: TextDocument, _ name: String, _ bytes: [UInt8], in folder: String, bases: String
  ) throws {
    switch document {
    case .dfdc:
      let videos =
        name == "dataset.json" ? ["method_A/bbb.mp4"] : ["bbb.mp4", "ccc.mp4"]
      try catalog(.dfdc, name, bytes, folder, ["aaa.mp4"] + videos)
    case .celebdf:
      try catalog(
        .celebdf, name, bytes, folder,
        [
          "Celeb-real/id0_0000.mp4", "Celeb-real/id1_0000.mp4",
          "Celeb-synthesis/id0_id1_0000.mp4", "YouTube-real/00170.mp4",
        ])
    case .faceforensics:
      try catalog(
        .faceforensics, "splits/" + name, bytes, folder,
        [
          "original_sequences/youtube/c23/videos/000.mp4",
          "original_sequences/youtube/c23/videos/071.mp4",
          "manipulated_sequences/Deepfakes/c23/videos/000_003.mp4",
        ])
    case .csv:
      let root = folder + "/data"
      for file in ["a.mp4", "b.mp4", "c.mp4"] { try FuzzFiles.write("", root + "/" + file) }
      try FuzzFiles.write(bytes, root + "/" + name)
      _ = try VideoCatalog.load(kind: .csv, input: root + "/" + name)
    case .yaml:
      let path = folder + "/" + name
      try FuzzFiles.write(bytes, path)
      let training = Result { try TrainingSettings(contentsOf: path) }
      _ = try ExtractConfiguration(contentsOf: path).recipe(detectorWeights: nil)
      _ = try training.get().recorded
    case .description:
      try FuzzFiles.write(bytes, folder + "/store.json")
      _ = try StoreDescription(store: folder)
    case .metadata:
      let model = ModelBases.model()
      let weights = ModelWeights(
        tensors: model.state.tensors, records: [ModelMetadata.recordName: bytes])
      _ = try ModelFile(NetworkFile(path: "model.pt", weights: weights))
    case .information, .metrics, .predictions: try report(document, bytes, folder, bases)
    case .progress:
      let progress = try ContractDocument.decode(TrainingProgress.self, from: bytes)
      _ = EpochTable.render(progress)
    }
  }

  private static func catalog(
    _ kind: CatalogKind, _ name: String, _ bytes: [UInt8], _ folder: String, _ videos: [String]
  ) throws {
    let root = folder + "/data"
    for video in videos { try FuzzFiles.write("", root + "/" + video) }
    try FuzzFiles.write("", root + "/" + name)
    try FuzzFiles.write(bytes, root + "/" + name)
    _ = try VideoCatalog.load(kind: kind, input: root)
  }

  /// A run with one damaged file, as `trainer report` reads it.
  private static func report(
    _ document: TextDocument, _ bytes: [UInt8], _ folder: String, _ bases: String
  ) throws {
    let (good, run) = (RunFiles(TextBases.run(besides: bases)), RunFiles(folder + "/run"))
    try FileManager.default.createDirectory(
      atPath: run.path, withIntermediateDirectories: true)
    for (from, to, isDamaged) in [
      (good.information, run.information, document == .information),
      (good.metrics, run.metrics, document == .metrics),
      (good.predictions, run.predictions, document == .predictions),
    ] {
      if isDamaged { try FuzzFiles.write(bytes, to) } else { try FuzzFiles.copy(from, to) }
    }
    let recorded = try RecordedRun(run.path)
    var report = RunReport(recorded, ReportPictures(of: recorded, store: folder + "/none"))
    _ = report.page().html
    var comparison = ComparisonReport([recorded, recorded])
    _ = comparison.page().html
  }
}
