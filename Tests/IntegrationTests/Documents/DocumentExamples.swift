import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import TensorFiles

// Testable, because the examples are a temporary directory that outlives one test.
@testable import TestSupport

/// The files that documents use as examples, made once by the product's own programs. They are small: clips
/// of less than a second with four frames each, and a narrow network that trains for few steps.
enum DocumentExamples {
  /// A step that failed.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What users bring; every document gets it. `data` stands for `/data`.
  private static let inputs = [
    "demo/clips", "demo/new", "clip.mp4", "clips", "videos", "data/dfdc", "baseline_student.pkl",
    "sorted_by_name.pth",
    "crops.npy", "logits.npy", "PIPELINE",
  ]

  /// What the programs write; a document gets it unless its own commands write it.
  private static let products = [
    "faces", "STORE", "data/dfdc-faces", "project/dfdc/faces", "runs/dfdc", "runs/another",
    "model.pt", "demo/fixed_deepfake_model.pt",
  ]

  private static let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("document-examples-\(getpid())", isDirectory: true)

  /// The folder with all of them, removed at the end, or the error that prevented it.
  private static let folder = Result {
    atexit { try? FileManager.default.removeItem(at: DocumentExamples.url) }
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let examples = TemporaryDirectory(url: url)
    try link(in: examples)
    try makeVideos(in: examples)
    try makeProducts(in: examples)
    try makeModels(in: examples)
    return examples
  }

  /// Fills an empty folder so that it looks like the checkout with everything built. It gets all examples
  /// but those that `made` names.
  static func fill(_ sandbox: TemporaryDirectory, without made: Set<String>) throws {
    let examples = try folder.get()
    try link(in: sandbox)
    for path in inputs + products.filter({ !made.contains($0) }) {
      try examples.copy(path, to: sandbox, path)
    }
  }

  /// The parts of a checkout: links to it, the built programs, and pipelines with smaller numbers.
  private static func link(in folder: TemporaryDirectory) throws {
    let checkout = BuiltExecutable.packageFolder
    for name in ["docs", "scripts", "weights", "Package.swift"] {
      try folder.makeLink(name, to: checkout.appendingPathComponent(name).path)
    }
    try folder.makeLink(
      ".build/release", to: BuiltExecutable.extractor.deletingLastPathComponent().path)
    for name in try FileManager.default.contentsOfDirectory(
      atPath: checkout.appendingPathComponent("pipelines").path)
    {
      let file = checkout.appendingPathComponent("pipelines/" + name)
      if name.hasSuffix(".yaml") {
        let settings = try String(contentsOf: file, encoding: .utf8)
        try folder.write(try smaller(settings, file: name), to: "pipelines/" + name)
      } else {
        try folder.makeLink("pipelines/" + name, to: file.path)
      }
    }
  }

  /// A pipeline file with values that let a run take seconds: crops of 96 pixels, a quarter of ResNet18's
  /// width, 120 steps, and no augmentation, so that few steps are enough. Of 24 seeds tried with
  /// `pipelines/dfdc.yaml`, none gave a model that the trainer calls broken.
  private static func smaller(_ pipeline: String, file: String) throws -> String {
    let values = [
      "framesPerVideo": "4", "size": "96", "epochs": "6", "batchSize": "16", "stepsPerEpoch": "20",
      "width": "16", "hidden": "16", "inputSize": "96", "dropout": "0", "validationShare": "0.25",
      "testShare": "0.25", "jpeg": "0", "noise": "0", "blur": "0", "downscale": "0",
      "recompression": "0", "emaDecay": "0.9", "bootstrap": "50",
    ]
    return try values.reduce(pipeline) { text, setting in
      let line = try Regex("(?m)^( +\(setting.key): )[0-9.]+")
      guard text.contains(line) else {
        throw Failure(description: "pipelines/\(file) has no setting \(setting.key)")
      }
      return text.replacing(line) { match in
        "\(match.output[1].substring ?? "")\(setting.value)"
      }
    }
  }

  /// Clips of derived people: as `scripts/demo` has them, as folders `real` and `fake`, and as DFDC.
  private static func makeVideos(in folder: TemporaryDirectory) throws {
    try run(
      "extractor sample-clips weights/portraits demo/clips --people 8 --takes 1 --seconds 0.4",
      in: folder)
    let clips = try FileManager.default.subpathsOfDirectory(atPath: folder.path(of: "demo/clips"))
      .filter { $0.hasSuffix(".mp4") }.sorted()
    var metadata: [String: [String: String]] = [:]
    let part = "data/dfdc/dfdc_train_part_0/"
    for clip in clips {
      // train/fake/biden-01/take1.mp4
      let words = clip.split(separator: "/")
      let (label, person) = (String(words[1]), String(words[2]))
      let data = try Data(contentsOf: URL(fileURLWithPath: folder.path(of: "demo/clips/" + clip)))
      try folder.write(data, to: "videos/\(label)/\(person)/take1.mp4")
      try folder.write(data, to: part + "\(person)-\(label).mp4")
      if person.hasSuffix("-01") {
        try folder.write(data, to: "clips/\(person)-\(label).mp4")
        try folder.write(data, to: "demo/new/\(words[0])/\(label)/\(person)/take1.mp4")
      }
      var facts = ["label": label.uppercased(), "split": "train"]
      if label == "fake" { facts["original"] = "\(person)-real.mp4" }
      metadata["\(person)-\(label).mp4"] = facts
    }
    try folder.write(try JSONEncoder().encode(metadata), to: part + "metadata.json")
    try folder.copy("clips/biden-01-real.mp4", to: folder, "clip.mp4")
  }

  /// A store, and two runs of one recipe.
  private static func makeProducts(in folder: TemporaryDirectory) throws {
    try run(
      "extractor run pipelines/dfdc.yaml --input data/dfdc --store data/dfdc-faces", in: folder)
    try run(
      "trainer train pipelines/dfdc.yaml --store data/dfdc-faces --run runs/dfdc", in: folder,
      codes: [0, 4])
    for copy in ["faces", "STORE", "project/dfdc/faces"] {
      try folder.copy("data/dfdc-faces", to: folder, copy)
    }
    try folder.copy("runs/dfdc", to: folder, "runs/another")
    for copy in ["model.pt", "demo/fixed_deepfake_model.pt"] {
      try folder.copy("runs/dfdc/model.pt", to: folder, copy)
    }
    try folder.copy("pipelines/folders.yaml", to: folder, "PIPELINE")
  }

  /// A model that lost its BatchNorm statistics, one whose classes are exchanged, and a backend's logits.
  private static func makeModels(in folder: TemporaryDirectory) throws {
    let model = try ModelFile(contentsOf: folder.path(of: "model.pt"))
    let parameters = Set(model.state.entries.filter { $0.arena == .parameters }.map(\.name))
    try TorchDocument(
      root: .tensors(model.state.tensors.filter { parameters.contains($0.name) }), records: [:]
    ).write(to: folder.path(of: "baseline_student.pkl"))
    try TorchDocument(root: .tensors(model.state.exchangingClasses().tensors), records: [:])
      .write(to: folder.path(of: "sorted_by_name.pth"))

    let side = model.state.architecture.inputSize
    let normalization = model.metadata.normalization
    let engine = InferenceEngine(
      architecture: model.state.architecture, maximumBatch: 1, workers: 1,
      kernels: Processor.selected)
    engine.load(model.state)
    let logits = engine.logits(count: 1) { _, values in
      for index in 0..<3 * side * side {
        values[index] =
          -normalization.mean[index % 3] / normalization.standardDeviation[index % 3]
      }
    }
    try folder.write(NumPyText.zeros("|u1", [1, side, side, 3], width: 1), to: "crops.npy")
    try folder.write(
      Data(NumPyText.header("<f4", [1, 2]) + NumPyText.bytes(logits)), to: "logits.npy")
  }

  private static func run(
    _ command: String, in folder: TemporaryDirectory, codes: [Int32] = [0]
  ) throws {
    let outcome = try BuiltExecutable.run(
      ["-c", "cd \"$0\" && .build/release/\(command)", folder.path],
      program: URL(fileURLWithPath: "/bin/bash"))
    guard codes.contains(outcome.status) else {
      throw Failure(
        description: "\(command): exit code \(outcome.status)\n\(outcome.output)\(outcome.errors)")
    }
  }
}

extension TemporaryDirectory {
  /// Copies a file or a folder to another folder, making the folders above it.
  fileprivate func copy(
    _ relativePath: String, to folder: TemporaryDirectory, _ copy: String
  ) throws {
    let url = URL(fileURLWithPath: folder.path(of: copy))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: URL(fileURLWithPath: path(of: relativePath)), to: url)
  }
}
