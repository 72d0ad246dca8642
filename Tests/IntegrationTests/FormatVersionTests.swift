import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import ShardStore
import TensorFiles
import TestSupport
import Testing

/// Files of format version 1, made once by the last software that wrote it; see the script beside
/// them.
enum Version1 {
  static let folder = BuiltExecutable.packageFolder.appendingPathComponent(
    "Tests/Fixtures/versions/1")
  static let pipeline = folder.appendingPathComponent("pipeline.yaml").path
  static let model = folder.appendingPathComponent("model.pt").path
  static let store = folder.appendingPathComponent("store").path

  /// The settings of the pipeline file that a recipe has.
  static let settings = [
    "sampling.framesPerVideo=8", "tracks.maximumPerVideo=2", "alignment.size=32",
    "images.jpegQuality=90",
  ]

  /// What these settings mean, with the defaults of that software.
  static let recipe = {
    var recipe = currentRecipe
    recipe.version = 1
    recipe.pixels = .version1
    return recipe
  }()

  /// The same settings in a store that is made today.
  static let currentRecipe = ExtractionRecipe(
    sampling: FrameSampling(framesPerVideo: 8, rule: .evenlySpaced),
    search: FaceSearchSettings(
      cascade: MTCNNSettings(
        proposalThreshold: 0.6, refinementThreshold: 0.7, outputThreshold: 0.7,
        minimumFaceSize: 20, pyramidFactor: 0.709),
      searchShortSide: 360, fullSearchInterval: 8, brightenWhenEmpty: true),
    tracks: TrackSettings(minimumFrames: 3, minimumScore: 0.9, maximumTracks: 2, maximumGap: 5),
    geometry: CropGeometry(alignment: .landmarks, margin: 1.3, sizePixels: 32),
    images: CropEncoding(jpegQuality: 90, chroma: .full))

  /// A copy that may be written to.
  static func copy(_ name: String, into directory: TemporaryDirectory) throws -> String {
    let path = directory.path(of: name)
    try FileManager.default.copyItem(atPath: folder.path + "/" + name, toPath: path)
    return path
  }

  /// `train` as the interrupted run was begun.
  static func train(
    store: String, run: String, set: [String] = []
  ) throws -> BuiltExecutable.Outcome {
    try TrainingRun.command(
      ["train", pipeline, "--store", store, "--run", run, "--workers", "1", "--force"]
        + set.flatMap { ["--set", $0] })
  }
}

extension TrainerTests {
  /// Files of older formats open, and what was begun with them goes on.
  @Suite struct FormatVersions {
    @Test func aStoreOfVersion1HasARecipe() throws {
      try withTemporaryDirectory { folder in
        let description = try StoreDescription(store: Version1.copy("store", into: folder))
        #expect(description.formatVersion == 1 && description.dataset == "folders")
        #expect(description.recipe == Version1.recipe)
      }
    }

    @Test func aCheckpointAndAModelOfVersion1Open() throws {
      let checkpoint = try Checkpoint(
        contentsOf: Version1.folder.path + "/run/checkpoints/step-00000004.pt")
      #expect(checkpoint.recipe == nil && checkpoint.geometry == Version1.recipe.geometry)
      #expect(checkpoint.step == 4 && checkpoint.normalization == .imageNet)
      let metadata = try ModelFile(contentsOf: Version1.model).metadata
      #expect(metadata.formatVersion == 1 && metadata.recipe == nil)
      #expect(metadata.geometry == Version1.recipe.geometry && metadata.normalization == .imageNet)
      #expect(metadata.calibration.score == .mean && metadata.provenance.step == 12)
      #expect(abs(metadata.calibration.threshold - 0.3019) < 1e-4)
      #expect(metadata.calibration.lowerBound == metadata.calibration.threshold)
    }

    @Test func anInterruptedRunOfVersion1GoesOnToTheSameEnd() throws {
      try withTemporaryDirectory { folder in
        let run = try Version1.copy("run", into: folder)
        let outcome = try Version1.train(
          store: try Version1.copy("store", into: folder), run: run)
        #expect([0, 3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("step 4 of 12"), "\(outcome.output)")
        let end = try ModelFile(contentsOf: run + "/model.pt")
        let known = try ModelFile(contentsOf: Version1.model)
        #expect(end.metadata.provenance.step == 12)
        // The model says what its store was made with, though the checkpoint doesn't know it.
        #expect(end.metadata.formatVersion == 2 && end.metadata.recipe == Version1.recipe)
        // Another processor rounds otherwise.
        for (mine, theirs) in zip(end.state.tensors, known.state.tensors) {
          guard let values = mine.tensor.floats, let expected = theirs.tensor.floats else {
            #expect(mine.tensor == theirs.tensor, "\(mine.name)")
            continue
          }
          let difference = relativeDistance(values, expected)
          #expect(difference < 1e-4, "\(mine.name): \(difference)")
        }
      }
    }

    @Test func aNewRunOnAStoreOfVersion1KnowsItsRecipe() throws {
      try withTemporaryDirectory { folder in
        let store = try Version1.copy("store", into: folder)
        let run = folder.path(of: "run")
        let outcome = try Version1.train(store: store, run: run)
        #expect([0, 3, 4].contains(outcome.status), "\(outcome.output) \(outcome.errors)")
        let checkpoint = try Checkpoint(contentsOf: run + "/checkpoints/step-00000012.pt")
        #expect(checkpoint.recipe == Version1.recipe)
        #expect(try ModelFile(contentsOf: run + "/model.pt").metadata.recipe == Version1.recipe)
        #expect(try StoreDescription(store: store).formatVersion == 1)
      }
    }

    @Test func evaluateComparesTheRecipesOfModelAndStore() throws {
      try withTemporaryDirectory { folder in
        let store = try Version1.copy("store", into: folder)
        let known = try ModelFile(contentsOf: Version1.model)
        func evaluate(_ recipe: ExtractionRecipe?) throws -> BuiltExecutable.Outcome {
          var path = Version1.model
          if let recipe {
            path = folder.path(of: "model.pt")
            try ModelFile(
              state: known.state,
              metadata: ModelMetadata(
                architecture: known.state.architecture, recipe: recipe, normalization: .imageNet,
                calibration: known.metadata.calibration, provenance: known.metadata.provenance)
            ).write(to: path)
          }
          return try TrainingRun.command([
            "evaluate", "--model", path, "--store", store, "--split", "all", "--bootstrap", "0",
          ])
        }
        for recipe in [nil, Version1.recipe] {
          let alike = try evaluate(recipe)
          #expect([0, 1, 4].contains(alike.status), "\(alike.errors)")
          #expect(!alike.errors.contains("Note"), "\(alike.errors)")
        }
        var other = Version1.recipe
        other.images.jpegQuality = 70
        let noted = try evaluate(other)
        #expect([0, 1, 4].contains(noted.status))
        #expect(
          noted.errors.contains(
            "Note: images.jpegQuality: the model was trained with 70, this store was made with 90.\n"
          ),
          "\(noted.errors)")
        other.geometry.margin = 2
        let refused = try evaluate(other)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("its crops are not those that the model was trained on"))
      }
    }

    @Test(arguments: [
      (
        "\"threshold\" : 0.3019059634175618", "\"threshold\" : -1",
        "threshold: expected 0...1, got -1"
      ),
      (
        "\"real\",\n    \"fake\"", "\"fake\",\n    \"real\"",
        "labels: expected [\"real\", \"fake\"]"
      ),
    ])
    func aModelWithBadValuesIsASentence(old: String, new: String, sentence: String) throws {
      try withTemporaryDirectory { folder in
        let document = try TorchDocument.read(contentsOf: Version1.model)
        let record = try #require(document.records[ModelMetadata.recordName])
        let text = String(decoding: record, as: UTF8.self)
        let changed = text.replacing(old, with: new)
        try #require(changed != text)
        let path = folder.path(of: "changed.pt")
        try TorchDocument(
          root: document.root, records: [ModelMetadata.recordName: Array(changed.utf8)]
        ).write(to: path)
        let outcome = try TrainingRun.command([
          "evaluate", "--model", path, "--store", try Version1.copy("store", into: folder),
        ])
        #expect(outcome.status == 1 && outcome.errors.contains(sentence), "\(outcome.errors)")
      }
    }

    @Test(
      .enabled(
        if: BuiltExecutable.hasWeights,
        "weights/ is missing; scripts/test or scripts/demo fetches it"))
    func anExtractionGoesOnInAStoreOfVersion1() throws {
      try withTemporaryDirectory { folder in
        let store = try Version1.copy("store", into: folder)
        let before = try Data(contentsOf: URL(fileURLWithPath: store + "/store.json"))
        let refused = try BuiltExecutable.extract(
          "folders", input: SampleClips.folder, store: store,
          set: Version1.settings.dropLast() + ["images.jpegQuality=80"])
        #expect(refused.status == 1)
        #expect(
          refused.errors.contains(
            "images.jpegQuality: the store has \"90\", this run has \"80\""), "\(refused.errors)")
        let outcome = try BuiltExecutable.extract(
          "folders", input: SampleClips.folder, store: store, set: Version1.settings)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try StoreContent(store).videos.count > 6)
        // A store that others may be writing to stays what it is, and is gone on with as it was begun.
        #expect(
          outcome.output.contains("Note: the store was begun with version 1 of the recipe"),
          "\(outcome.output)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: store + "/store.json")) == before)
      }
    }

    /// In a store of version 2 nothing new appears: no manifest, no state of a shard, no checksum of a
    /// video's record, so that the software that began it goes on reading it.
    @Test(
      .enabled(
        if: BuiltExecutable.hasWeights,
        "weights/ is missing; scripts/test or scripts/demo fetches it"))
    func anExtractionGoesOnInAStoreOfVersion2() throws {
      try withTemporaryDirectory { folder in
        let store = folder.path(of: "store")
        try FileManager.default.copyItem(
          atPath: BuiltExecutable.packageFolder.path + "/Tests/Fixtures/versions/2/store",
          toPath: store)
        let before = try Data(contentsOf: URL(fileURLWithPath: store + "/store.json"))
        let outcome = try BuiltExecutable.extract(
          "folders", input: SampleClips.folder, store: store,
          set: Version1.settings.dropFirst() + ["sampling.framesPerVideo=4"])
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
        #expect(try StoreContent(store).videos.count > 6)
        #expect(try Data(contentsOf: URL(fileURLWithPath: store + "/store.json")) == before)
        #expect(!FileManager.default.fileExists(atPath: store + "/task-000.json"))
        let shard = try Data(contentsOf: URL(fileURLWithPath: store + "/shard-000-000000.mdb"))
        #expect(shard.range(of: Data("ownCRC32".utf8)) == nil)
        #expect(try BuiltExecutable.run(["verify", store]).status == 0)
      }
    }

    @Test(
      .enabled(
        if: BuiltExecutable.hasWeights,
        "weights/ is missing; scripts/test or scripts/demo fetches it"))
    func theModelSaysWhatItsStoreWasMadeWith() throws {
      try withTemporaryDirectory { folder in
        let store = folder.path(of: "store")
        let extracted = try BuiltExecutable.extract(
          "folders", input: SampleClips.folder, store: store, set: Version1.settings)
        #expect(extracted.status == 0, "\(extracted.errors)")
        let trained = try Version1.train(store: store, run: folder.path(of: "run"))
        #expect([0, 3, 4].contains(trained.status), "\(trained.output) \(trained.errors)")
        let description = try StoreDescription(store: store)
        let recipe = try #require(
          try ModelFile(contentsOf: folder.path(of: "run/model.pt")).metadata.recipe)
        #expect(description.formatVersion == 3 && recipe == description.recipe)
        // Version 1 doesn't know the weights of the detector; the rest is what was asked for.
        #expect(recipe.detector.weights != nil)
        var expected = Version1.currentRecipe
        expected.detector = recipe.detector
        #expect(recipe == expected)
      }
    }
  }
}

/// Euclidean distance relative to the length of `known`.
private func relativeDistance(_ values: ArraySlice<Float>, _ known: ArraySlice<Float>) -> Double {
  guard values.count == known.count else { return .infinity }
  var (distance, length) = (0.0, 0.0)
  for (value, reference) in zip(values, known) {
    let difference = Double(value) - Double(reference)
    distance += difference * difference
    length += Double(reference) * Double(reference)
  }
  return length > 0 ? (distance / length).squareRoot() : distance.squareRoot()
}
