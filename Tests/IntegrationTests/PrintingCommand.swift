import Foundation
import ShardStore
import ShardStoreFixtures
import TestSupport
import Testing

/// A command that prints something, in a form that takes little time.
struct PrintingCommand: Sendable, CustomTestStringConvertible {
  /// What stands behind the program's name, e.g. `inspect`.
  let name: String
  let program: URL
  /// Whether the output tells of work whose result lies elsewhere, so that losing it is no failure.
  var isLog = false
  /// What tells two forms of a command apart.
  var form = ""
  /// The arguments, given an empty folder for what is made.
  let arguments: @Sendable (TemporaryDirectory) throws -> [String]

  var testDescription: String { program.lastPathComponent + " " + name + form }

  /// Every command of the extractor; the last one only where the detector's weights are there.
  static let extractor =
    [
      PrintingCommand(name: "run", program: BuiltExecutable.extractor, isLog: true) { folder in
        for label in ["real", "fake"] { _ = try writePicture(label + "/picture.jpg", in: folder) }
        return [
          "run", "pipelines/folders.yaml", "--input", folder.path(of: "in"), "--store",
          folder.path(of: "store"), "--set", "alignment.kind=none",
        ]
      },
      PrintingCommand(name: "inspect", program: BuiltExecutable.extractor) { _ in
        ["inspect", TrainingStore.folder]
      },
      PrintingCommand(name: "settings", program: BuiltExecutable.extractor) { _ in ["settings"] },
      PrintingCommand(name: "verify", program: BuiltExecutable.extractor) { _ in
        ["verify", TrainingStore.folder, "--json", "-"]
      },
      PrintingCommand(name: "status", program: BuiltExecutable.extractor) { folder in
        ["status", try extracted(in: folder)]
      },
      PrintingCommand(name: "report", program: BuiltExecutable.extractor) { folder in
        ["report", try extracted(in: folder)]
      },
      PrintingCommand(name: "benchmark", program: BuiltExecutable.extractor) { folder in
        [
          "benchmark", try writePicture("picture.jpg", in: folder), "--rounds", "1", "--set",
          "alignment.kind=none",
        ]
      },
    ]
    + (BuiltExecutable.hasWeights
      ? [
        PrintingCommand(name: "sample-clips", program: BuiltExecutable.extractor) { folder in
          for portrait in ["astronaut.png", "biden.jpg"] {
            try folder.write(
              Data(contentsOf: BuiltExecutable.portraits.appendingPathComponent(portrait)),
              to: "portraits/" + portrait)
          }
          return [
            "sample-clips", folder.path(of: "portraits"), folder.path(of: "clips"), "--people",
            "1", "--takes", "1", "--seconds", "0.1",
          ]
        }
      ] : [])

  /// Every command of the detector; `predict` only where the detector's weights are there.
  static let detector =
    (BuiltExecutable.hasWeights
      ? [
        PrintingCommand(name: "predict", program: DetectorModels.detector) { _ in
          ["predict", DetectorModels.model, DetectorModels.clips[0]]
        },
        PrintingCommand(name: "compare", program: DetectorModels.detector) { folder in
          try folder.write(NumPyText.zeros("|u1", [1, 64, 64, 3], width: 1), to: "crops.npy")
          try folder.write(NumPyText.zeros("<f4", [1, 2], width: 4), to: "logits.npy")
          return [
            "compare", DetectorModels.model, folder.path(of: "crops.npy"),
            folder.path(of: "logits.npy"), "--tolerance", "1000000",
          ]
        },
      ] : [])

  /// Every command of the trainer.
  static let trainer = [
    PrintingCommand(name: "train", program: TrainingRun.trainer, isLog: true) { folder in
      TrainingRun(
        folder: folder.path(of: "run"),
        settings: ["epochs=1", "stepsPerEpoch=2", "validation.bootstrap=0"]
      ).arguments + ["--force"]
    },
    PrintingCommand(name: "crossvalidate", program: TrainingRun.trainer, isLog: true) { folder in
      ["crossvalidate"]
        + TrainingRun(
          folder: folder.path(of: "run"),
          settings: ["epochs=1", "stepsPerEpoch=2", "validation.bootstrap=0"]
        ).arguments.dropFirst() + ["--folds", "2", "--force"]
    },
    PrintingCommand(name: "preview", program: TrainingRun.trainer) { folder in
      [
        "preview", "pipelines/demo.yaml", "--store", TrainingStore.folder, "--output",
        folder.path(of: "sheet.jpg"), "--count", "2",
      ] + TrainingRun.small.flatMap { ["--set", $0] }
    },
    PrintingCommand(name: "settings", program: TrainingRun.trainer) { _ in ["settings"] },
    PrintingCommand(name: "evaluate", program: TrainingRun.trainer) { _ in
      [
        "evaluate", "--model", UndisturbedRun.twoWorkers.model, "--store", TrainingStore.folder,
        "--bootstrap", "0",
      ]
    },
    PrintingCommand(name: "report", program: TrainingRun.trainer) { folder in
      [
        "report", UndisturbedRun.twoWorkers.folder, "--output", folder.path(of: "report.html"),
      ]
    },
    PrintingCommand(name: "diagnose", program: TrainingRun.trainer) { _ in
      ["diagnose", UndisturbedRun.twoWorkers.model, "--json", "-"]
    },
    PrintingCommand(name: "repair", program: TrainingRun.trainer) { folder in
      [
        "repair", UndisturbedRun.twoWorkers.model, "--store", TrainingStore.folder, "--output",
        folder.path(of: "repaired.pt"), "--force",
      ]
    },
    PrintingCommand(name: "export", program: TrainingRun.trainer) { folder in
      [
        "export", "--checkpoint", UndisturbedRun.twoWorkers.folder + "/checkpoints/best.pt",
        "--output", folder.path(of: "model.pt"), "--force", "--onnx",
        folder.path(of: "beside.onnx"),
      ]
    },
    PrintingCommand(name: "export", program: TrainingRun.trainer, form: " --model") { folder in
      [
        "export", "--model", UndisturbedRun.twoWorkers.model, "--onnx",
        folder.path(of: "model.onnx"),
      ]
    },
    PrintingCommand(name: "benchmark", program: TrainingRun.trainer) { _ in
      [
        "benchmark", "--batch", "4", "--width", "8", "--size", "32", "--rounds", "1", "--workers",
        "2",
      ]
    },
    PrintingCommand(name: "tune", program: TrainingRun.trainer) { _ in
      ["tune", "--pictures", "2", "--width", "8", "--size", "32", "--rounds", "1"]
    },
  ]

  /// Runs the command by bash, with `redirection` after it.
  func run(_ redirection: String, before: String = "exec") throws -> BuiltExecutable.Outcome {
    try withTemporaryDirectory { folder in
      try BuiltExecutable.run(
        ["-c", "\(before) \"$0\" \"$@\" \(redirection)", program.path] + arguments(folder),
        program: URL(fileURLWithPath: "/bin/bash"))
    }
  }

  /// A store of two pictures, as `run` leaves it.
  private static func extracted(in folder: TemporaryDirectory) throws -> String {
    for label in ["real", "fake"] { _ = try writePicture(label + "/picture.jpg", in: folder) }
    let store = folder.path(of: "store")
    let outcome = try BuiltExecutable.extract(
      "folders", input: folder.path(of: "in"), store: store, set: ["alignment.kind=none"])
    try #require(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    return store
  }

  private static func writePicture(
    _ name: String, in folder: TemporaryDirectory
  ) throws -> String {
    let reader = try ShardReader(directory: TrainingStore.folder)
    let samples = try reader.samples()
    // Another one for each name: equal pictures under both labels would be a contradiction.
    let sample = samples[name.hasPrefix("fake") ? samples.count - 1 : 0]
    try folder.write(Data(try reader.image(of: sample)), to: "in/" + name)
    return folder.path(of: "in/" + name)
  }
}
