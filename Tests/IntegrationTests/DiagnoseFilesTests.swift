import Foundation
import TestSupport
import Testing

extension TrainerTests {
  /// Every file of Tests/Fixtures/diagnosis, one after the other, as a user or a deployment would.
  @Suite struct DiagnoseFiles {
    private static let folder = BuiltExecutable.packageFolder
      .appendingPathComponent("Tests/Fixtures/diagnosis").path

    private static let conditions = [
      "bomb.pkl": "foreignFile", "data-parallel.pt": "sound", "deep.pkl": "foreignFile",
      "half.pt": "sound", "hostile.pkl": "unreadable", "hostile.pt": "unreadable",
      "intact.pt": "sound", "intact.safetensors": "sound", "legacy.pth": "sound",
      "module.pt": "sound", "nan-layer.pt": "needsTraining", "narrow.pt": "sound",
      "numpy-2.pkl": "sound", "numpy-4.pkl": "sound", "numpy-5.pkl": "sound",
      "other-network.pt": "otherNetwork", "parameters-only.pt": "repairable",
      "statistics-reset.pt": "repairable", "tensors-2.pkl": "sound", "tensors-4.pkl": "sound",
      "tensors-5.pkl": "sound", "truncated.pkl": "unreadable", "truncated.pt": "unreadable",
      "two-layer-head.pkl": "repairable",
    ]

    @Test func eachFileHasItsVerdictAndExitCode() throws {
      let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        .filter { !$0.hasSuffix(".py") && !$0.hasPrefix("_") }.sorted()
      #expect(Set(files) == Set(Self.conditions.keys))
      for file in files {
        let path = Self.folder + "/" + file
        let outcome = try TrainingRun.command(["diagnose", path, "--json", "-"])
        let condition = try #require(Self.conditions[file])
        let (word, status): (String, Int32) =
          switch condition {
          case "sound": ("sound", 0)
          case "otherNetwork", "foreignFile": ("cannot tell", 4)
          default: ("broken", 1)
          }
        #expect(outcome.status == status, "\(file): \(outcome.errors)")
        let result = try #require(
          try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let diagnosis = try #require(result["diagnosis"] as? [String: Any])
        #expect(diagnosis["verdict"] as? String == word, "\(file): \(outcome.output)")
        #expect(diagnosis["condition"] as? String == condition, "\(file)")
        #expect((diagnosis["summary"] as? String)?.isEmpty == false)
      }
      // What a hostile file would have made if anything in it had been run.
      #expect(
        !FileManager.default.fileExists(
          atPath: BuiltExecutable.packageFolder.appendingPathComponent(
            "a-model-file-ran-a-command"
          ).path))
    }

    @Test func theVerdictComesFirst() throws {
      let broken = try TrainingRun.command(["diagnose", Self.folder + "/two-layer-head.pkl"])
      #expect(broken.output.hasPrefix("BROKEN, REPAIRABLE\n"))
      #expect(broken.output.contains("64 of 124 entries"))
      #expect(broken.output.contains("trainer repair"))
      let hostile = try TrainingRun.command(["diagnose", Self.folder + "/hostile.pkl"])
      #expect(hostile.output.hasPrefix("BROKEN, UNREADABLE\n"))
      #expect(hostile.output.contains("system"))
    }
  }
}
