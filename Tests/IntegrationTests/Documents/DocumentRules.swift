import Foundation

/// The commands and programs in documents that this test does not run, and the exit codes of the others.
///
/// A command or a program that is neither run nor listed fails the test, and so does a listed one that no
/// document shows.
enum DocumentRules {
  /// A command that isn't run.
  struct LeftOutCommand: Sendable {
    /// The command without its comment; where it ends in ` ...`, any command that begins with it.
    let command: String
    let reason: String
    /// The file in the checkout that runs it, or that tests what it does.
    let coveredBy: String

    func matches(_ words: String) -> Bool {
      command.hasSuffix(" ...")
        ? words.hasPrefix(command.dropLast(3)) : words == command
    }
  }

  /// A program in Python.
  struct PythonProgram: Sendable {
    /// What its block begins with.
    let beginning: String
    /// The file in the checkout that runs it.
    let coveredBy: String
  }

  /// The exit codes of commands that contain these words.
  struct ExitCodes: Sendable {
    let words: String
    let codes: [Int32]
  }

  static let leftOut = [
    LeftOutCommand(
      command: "scripts/demo", reason: "it installs packages and trains for minutes",
      coveredBy: "scripts/demo-seeds"),
    LeftOutCommand(
      command: "scripts/test", reason: "it runs this test", coveredBy: "scripts/test"),
    LeftOutCommand(
      command: "scripts/fuzz", reason: "it takes half an hour", coveredBy: "scripts/test"),
    LeftOutCommand(
      command: "scripts/fuzz --short", reason: "it takes minutes", coveredBy: "scripts/test"),
    LeftOutCommand(
      command: "swift build -c release --product Fuzz --sanitize=address ...",
      reason: "it compiles everything anew", coveredBy: "scripts/test"),
    LeftOutCommand(
      command: "ASAN_OPTIONS=detect_leaks=0 .build-asan/release/Fuzz ...",
      reason: "it needs that build", coveredBy: "scripts/test"),
    LeftOutCommand(
      command: "sbatch --array=0-49 ...", reason: "it needs a Slurm cluster",
      coveredBy: "Tests/IntegrationTests/SlurmTests.swift"),
    LeftOutCommand(
      command: "parallel -j 4 extractor run ...", reason: "scripts/test doesn't install parallel",
      coveredBy: "Tests/IntegrationTests/TaskTests.swift"),
    LeftOutCommand(
      command: "mpirun -n 4 --map-by node ...", reason: "it is for machines of 8 cores",
      coveredBy: "Tests/IntegrationTests/TrainingProcessesTests.swift"),
    LeftOutCommand(
      command: "mpirun -n 2 --hostfile hosts ...", reason: "it needs two machines",
      coveredBy: "Tests/IntegrationTests/TwoHostsTests.swift"),
  ]

  static let python = [
    PythonProgram(
      beginning: "import glob, io, json, sys, zlib\nimport lmdb",
      coveredBy: "Tests/ShardStoreTests/ProcessTests.swift"),
    PythonProgram(
      beginning: "import re, zlib\n\ndef is_intact",
      coveredBy: "Tests/ShardStoreTests/ProcessTests.swift"),
    PythonProgram(
      beginning: "import torch\nimport torchvision\nfrom torch import nn",
      coveredBy: "Tests/IntegrationTests/TrainingFilesTests.swift"),
    PythonProgram(
      beginning: "import json\nimport sys\n\nimport numpy as np\nimport onnxruntime",
      coveredBy: "Tests/ONNXFilesTests/PageTests.swift"),
    PythonProgram(
      beginning: "# file: backend_torch.py\n",
      coveredBy: "Tests/IntegrationTests/BackendDocumentTests.swift"),
    PythonProgram(
      beginning: "# file: backend_server.py\n",
      coveredBy: "Tests/IntegrationTests/BackendDocumentTests.swift"),
    PythonProgram(
      beginning: "# file: backend_process.py\n",
      coveredBy: "Tests/IntegrationTests/BackendDocumentTests.swift"),
  ]

  /// Commands that may end with another code than 0; the first entry that fits counts. 4 is "cannot tell":
  /// two dozen people may be too few to decide. 3 reports a shortcut, 1 a broken model.
  private static let exitCodes = [
    ExitCodes(words: "trainer diagnose baseline_student.pkl", codes: [1]),
    ExitCodes(words: "trainer diagnose", codes: [0, 4]),
    ExitCodes(words: "trainer train", codes: [0, 4]),
    ExitCodes(words: "trainer crossvalidate", codes: [0, 4]),
    ExitCodes(words: "trainer evaluate", codes: [0, 4]),
    ExitCodes(words: "trainer export", codes: [0, 4]),
    ExitCodes(words: "trainer repair", codes: [0, 4]),
    ExitCodes(words: "--shortcuts", codes: [0, 3, 4]),
  ]

  /// The exit codes that are right for a command.
  static func exitCodes(_ words: String) -> [Int32] {
    exitCodes.first { words.contains($0.words) }?.codes ?? [0]
  }

  /// Whether a command runs until it is stopped, so that the next ones run at the same time.
  static func isServer(_ words: String) -> Bool { words.contains("detector serve") }
}
