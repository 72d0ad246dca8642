import Contract
import Evaluation
import Foundation
import ShardStoreFixtures
import TestSupport
import Testing

extension TrainerTests {
  /// What commands write for programs: `--json` of every command, and the tables of `evaluate`.
  @Suite struct ProgramResults {
    /// The commands that have a result, and what it is called.
    private static let formats = [
      "extractor inspect": "store-summary/1", "extractor verify": "store-verification/1",
      "extractor benchmark": "extraction-benchmark/1", "trainer evaluate": "evaluation/1",
      "trainer report": "runs/1", "trainer diagnose": "diagnosis/1", "trainer repair": "repair/1",
      "trainer export": "export/1", "trainer export --model": "onnx-export/1",
      "trainer benchmark": "training-benchmark/1", "trainer tune": "kernel-tuning/1",
      "detector predict": "prediction/1", "detector compare": "comparison/1",
    ]

    private static let commands =
      (PrintingCommand.extractor + PrintingCommand.trainer + PrintingCommand.detector)
      .filter { formats[$0.testDescription] != nil }

    private func fields(_ text: String) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// A command without `--json`.
    private func plain(
      _ command: PrintingCommand, _ folder: TemporaryDirectory
    ) throws -> [String] {
      var arguments = try command.arguments(folder)
      if let place = arguments.firstIndex(of: "--json") {
        arguments.removeSubrange(place...place + 1)
      }
      return arguments
    }

    @Test(
      .enabled(
        if: BuiltExecutable.hasWeights,
        "weights/ is missing; scripts/test or scripts/demo fetches it"))
    func everyResultIsTried() { #expect(Self.commands.count == Self.formats.count) }

    /// Into a file the text is printed as ever; to standard output there is the document alone. Both say
    /// the same.
    @Test(arguments: commands) func jsonIsAlikeEverywhere(_ command: PrintingCommand) throws {
      try withTemporaryDirectory { folder in
        let arguments = try plain(command, folder)
        let usual = try BuiltExecutable.run(arguments, program: command.program)
        #expect(!usual.output.isEmpty && !usual.output.hasPrefix("{"))
        let file = folder.path(of: "result.json")
        let beside = try BuiltExecutable.run(
          arguments + ["--json", file], program: command.program)
        #expect(beside.status == usual.status, "\(beside.errors)")
        #expect(!beside.output.isEmpty && !beside.output.hasPrefix("{"))
        let written = try String(contentsOfFile: file, encoding: .utf8)
        let alone = try BuiltExecutable.run(
          arguments + ["--json", "-"], program: command.program)
        #expect(alone.status == usual.status, "\(alone.errors)")
        let (one, other) = (try fields(written), try fields(alone.output))
        #expect(one["format"] as? String == Self.formats[command.testDescription])
        #expect(other["format"] as? String == Self.formats[command.testDescription])
        #expect(Set(one.keys) == Set(other.keys))
        if !["benchmark", "repair", "tune"].contains(command.name) {
          #expect(written == alone.output)
        }
      }
    }

    /// A place that a result can't take ends the command before its work.
    @Test func placesThatCannotBe() throws {
      try withTemporaryDirectory { folder in
        let model = folder.path(of: "model.pt")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: UndisturbedRun.twoWorkers.model))
        try folder.write(bytes, to: "model.pt")
        let evaluate = ["evaluate", "--model", model, "--store", TrainingStore.folder]
        for (arguments, status, message) in [
          (["diagnose", model, "--json", model], 1, "is no JSON, so it is not replaced"),
          (["diagnose", model, "--json", folder.path(of: "no/x.json")], 1, "folder is missing"),
          (["diagnose", model, "--json", ""], 64, "- for standard output"),
          (evaluate + ["--predictions", model], 1, "begins with the column 'video'"),
          (evaluate + ["--predictions", ""], 64, "- for standard output"),
          (evaluate + ["--predictions", "-", "--json", "-"], 64, "two files"),
          (evaluate + ["--by", "dataset,colour"], 64, "got 'colour'"),
        ] {
          let outcome = try TrainingRun.command(arguments)
          #expect(outcome.status == Int32(status), "\(arguments)")
          #expect(outcome.output.isEmpty && outcome.errors.contains(message), "\(outcome.errors)")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == bytes)
      }
    }

    private struct Evaluated: Decodable {
      var report: EvaluationReport
      var by: [Breakdown]
    }

    /// The rows give the numbers of the report again, and the tables those of their parts.
    @Test func rowsAndTablesOfEvaluate() throws {
      try withTemporaryDirectory { folder in
        let (json, csv) = (folder.path(of: "result.json"), folder.path(of: "videos.csv"))
        let arguments = [
          "evaluate", "--model", UndisturbedRun.twoWorkers.model, "--store", TrainingStore.folder,
          "--split", "all", "--bootstrap", "40", "--by", "method, group,dataset,compression",
        ]
        let outcome = try TrainingRun.command(
          arguments + ["--json", json, "--predictions", csv])
        #expect([0, 4].contains(outcome.status), "\(outcome.errors)")
        for text in [
          "AUC by sharpness", "pairs ranked right", "By method", "By data set", "By group",
          "12 pairs of a real and a fake video of one person, 12 people",
          "Each method's fakes against all real videos.", "No AUC with fewer than 5 videos",
        ] { #expect(outcome.output.contains(text), "\(text): \(outcome.output)") }
        let result = try JSONDecoder().decode(
          Evaluated.self, from: Data(contentsOf: URL(fileURLWithPath: json)))
        let rows = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n")
          .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        #expect(rows.first?.first == "video" && rows.count == 25)
        let videos = rows.dropFirst()
        #expect(videos.map { $0[0] } == videos.map { $0[0] }.sorted())
        func area(_ column: Int) -> Double? {
          RankedPredictions(
            videos.map {
              LabelledProbability(
                probability: Double($0[column]) ?? .nan, label: $0[1] == "fake" ? .fake : .real)
            }
          ).areaUnderCurve
        }
        #expect(area(9) == result.report.videos.auc)
        #expect(result.report.sharpness != nil && area(11) == result.report.sharpness?.auc)
        #expect(result.report.sharpness?.interval != nil)
        let threshold = result.report.calibration.threshold
        for row in videos {
          #expect(row[7] == "8" && row[10] == ((Double(row[9]) ?? 0) > threshold ? "fake" : "real"))
        }
        // Each fake stands beside its own original.
        let scores = Dictionary(uniqueKeysWithValues: videos.map { ($0[0], Double($0[9]) ?? 0) })
        let fakes = videos.filter { $0[1] == "fake" }
        let right = fakes.reduce(0.0) { sum, row in
          let (fake, real) = (scores[row[0]] ?? 0, scores[row[6]] ?? 1)
          return sum + (fake > real ? 1 : fake == real ? 0.5 : 0)
        }
        #expect(result.report.pairs?.share == right / 12)
        #expect(result.by.map(\.property) == [.method, .group, .dataset, .compression])
        let method = try #require(result.by[0].rows.first)
        #expect(method.name == "checkerboard" && method.fake == 12 && method.real == 12)
        #expect(method.auc == result.report.videos.auc)
        #expect(method.sharpnessAUC == result.report.sharpness?.auc)
        #expect(result.by[1].rows.count == 12 && result.by[1].rows.allSatisfy { $0.auc == nil })
        // Nothing else goes to standard output beside a table there.
        let alone = try TrainingRun.command(arguments + ["--predictions", "-"])
        #expect(alone.output == (try String(contentsOfFile: csv, encoding: .utf8)))
        #expect(alone.status == outcome.status)
      }
    }

    /// Baseline and pairs stand in a run's story, its report and its predictions.
    @Test func aRunTellsThem() throws {
      let run = UndisturbedRun.twoWorkers
      let information = try fields(
        String(contentsOfFile: run.folder + "/training_info.json", encoding: .utf8))
      for side in ["validation", "test"] {
        let report = try #require(information[side] as? [String: Any])
        let sharpness = try #require(report["sharpness"] as? [String: Any])
        #expect(sharpness["auc"] is Double)
        #expect((report["pairs"] as? [String: Any])?["pairs"] as? Int == 3)
        let methods = try #require(report["methods"] as? [[String: Any]])
        #expect(methods.first?["sharpnessAUC"] is Double)
      }
      let page = try String(contentsOfFile: run.folder + "/report.html", encoding: .utf8)
      for text in ["AUC by sharpness", "Pairs ranked right", "sharpness alone"] {
        #expect(page.contains(text), "\(text)")
      }
      let table = try String(contentsOfFile: run.folder + "/predictions.csv", encoding: .utf8)
      #expect(
        table.hasPrefix("side,video,label,method,compression,group,frame,sample,margin,blur,"))
    }
  }
}
