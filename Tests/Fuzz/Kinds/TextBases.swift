internal import PipelineConfiguration
internal import Contract
internal import Foundation
internal import ModelFiles
internal import ShardStore
internal import ShardStoreFixtures
internal import TrainingRun

/// Sound texts.
enum TextBases {
  static func make(_ document: TextDocument, in bases: String) throws {
    func write(_ name: String, _ text: String) throws {
      try FuzzFiles.write(text, bases + "/" + name)
    }
    let pipelines = FuzzFiles.package + "/pipelines/"
    switch document {
    case .dfdc:
      try write("metadata.json", dfdc)
      try write("dataset.json", preview)
    case .csv:
      try write(
        "plain.csv",
        "path,label,group,split\na.mp4,real,g1,train\nb.mp4,fake,g1,train\nc.mp4,fake,g2,test\n")
      try write(
        "quoted.csv",
        "\"file\";\"is_fake\";\"remark\"\n\"a.mp4\";0;\"x;y\"\n\"b.mp4\";1;\"two \"\"q\"\"\"\n")
    case .celebdf:
      try write(
        "List_of_testing_videos.txt",
        "1 YouTube-real/00170.mp4\n0 Celeb-synthesis/id0_id1_0000.mp4\n1 Celeb-real/id1_0000.mp4\n")
    case .faceforensics:
      try write("train.json", "[[\"000\", \"003\"], [\"071\", \"054\"]]\n")
      try write("test.json", "[[\"101\", \"102\"]]\n")
    case .yaml:
      for name in try FuzzFiles.names(pipelines) where name.hasSuffix(".yaml") {
        try FuzzFiles.write(FuzzFiles.bytes(pipelines + name), bases + "/" + name)
      }
    case .description:
      // Of an empty store, as the writer makes it.
      let store = bases + "/../empty-store"
      try ShardWriter(directory: store, task: 0, description: SyntheticVideos.description).close()
      try FuzzFiles.copy(store + "/store.json", bases + "/store.json")
      try FuzzFiles.write(
        FuzzFiles.bytes(FuzzFiles.package + "/Tests/Fixtures/versions/1/store/store.json"),
        bases + "/store-1.json")
    case .metadata:
      try FuzzFiles.write(ContractDocument.encode(ModelBases.metadata()), bases + "/model.json")
    case .information, .metrics, .predictions: try makeRun(document, in: bases)
    case .progress:
      try makeRun(document, in: bases)
    }
  }

  private static let settings = [
    "network.width=8", "network.inputSize=32", "network.hidden=8", "batchSize=8", "epochs=2",
    "stepsPerEpoch=3", "data.validationShare=0.25", "data.testShare=0.25", "data.split=hash",
    "validation.everyEpochs=1", "validation.bootstrap=20", "schedule.warmupEpochs=0.5",
    "workers=1",
  ]

  private static let dfdc = """
    {
      "aaa.mp4": {"label": "REAL", "split": "train"},
      "bbb.mp4": {"label": "FAKE", "split": "train", "original": "aaa.mp4"},
      "ccc.mp4": {"label": "FAKE", "split": "test", "original": "gone.mp4"}
    }
    """

  private static let preview = """
    {
      "aaa.mp4": {"label": "real", "set": "train", "augmentations": [], "target_id": "1"},
      "method_A/bbb.mp4": {"label": "fake", "set": "test", "target_id": "1", "swapped_id": "2"}
    }
    """

  /// The folder of the run that the texts of runs lie in; one for all kinds.
  static func run(besides bases: String) -> String { bases + "/../run" }

  /// A training of seconds, whose files are the bases.
  private static func makeRun(_ document: TextDocument, in bases: String) throws {
    let run = run(besides: bases)
    if !FileManager.default.fileExists(atPath: run) {
      let store = run + "-store"
      try TrainingStore.make(store)
      let configuration = try TrainingSettings(
        contentsOf: FuzzFiles.package + "/pipelines/demo.yaml", overrides: settings)
      let setup = try TrainingSetup(configuration, recorded: configuration.recorded, store: store)
      _ = try TrainingJob(setup: setup, folder: run, force: true, observer: QuietObserver())
        .run(onExport: { _, _ in })
    }
    let files = RunFiles(run)
    switch document {
    case .information: try FuzzFiles.copy(files.information, bases + "/training_info.json")
    case .metrics: try FuzzFiles.copy(files.metrics, bases + "/metrics.csv")
    case .predictions: try FuzzFiles.copy(files.predictions, bases + "/predictions.csv")
    default:
      let progress = try Checkpoint(contentsOf: files.best).progress
      try FuzzFiles.write(progress, bases + "/progress.json")
    }
  }
}

private struct QuietObserver: TrainingObserver {
  func observe(_ event: TrainingEvent) {}
  func begin(total: Int, unit: String) {}
  func advance(to done: Int, detail: String) {}
  func end() {}
  var shallStop: Bool { false }
}
