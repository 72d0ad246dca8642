import Contract
import Foundation
import ModelFiles
import NeuralNetwork
import ShardStoreFixtures
import TensorFiles
import TestSupport
import Testing

extension TrainerTests {
  /// Videos in, answers out, by the built program.
  @Suite(
    .serialized,
    .enabled(
      if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"
    ))
  struct DetectorPredict {
    /// What `detector predict` says of videos is what `trainer evaluate` says of their crops in a store.
    @Test(arguments: [0, 3]) func itAgreesWithEvaluate(framesPerVideo: Int) throws {
      try withTemporaryDirectory { folder in
        let (model, table) = (folder.path(of: "model.pt"), folder.path(of: "videos.csv"))
        // Far from 0 and 1, where all probabilities would be alike.
        try DetectorModels.write(
          to: model, calibration: Calibration(temperature: 10),
          settings: ["data.framesPerVideo": "\(framesPerVideo)"])
        let evaluated = try TrainingRun.command([
          "evaluate", "--model", model, "--store", DetectorModels.store, "--split", "all",
          "--predictions", table, "--bootstrap", "0",
        ])
        #expect([0, 1, 4].contains(evaluated.status), "\(evaluated.errors)")
        var expected: [String: Double] = [:]
        for row in try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
          .dropFirst()
        {
          let cells = row.split(separator: ",", omittingEmptySubsequences: false)
          expected[String(cells[0])] = Double(cells[9])
        }
        let answers = try DetectorModels.answers([SampleClips.folder], model: model)
        #expect(answers.count == 12 && expected.count == 12)
        var values = Set<Double>()
        for answer in answers {
          let input = try #require(answer["input"] as? String)
          let name = String(input.dropFirst(SampleClips.folder.count + 1))
          let probability = try #require(answer["probability"] as? Double)
          #expect(abs(probability - (expected[name] ?? -1)) < 1e-9, "\(name)")
          #expect((0.05..<0.95).contains(probability), "\(probability)")
          values.insert(probability)
          let video = try #require(answer["video"] as? [String: Any])
          #expect(video["framesWithFace"] as? Int == 8)
          #expect(video["framesJudged"] as? Int == (framesPerVideo == 0 ? 8 : 3))
        }
        #expect(values.count == 12, "a network whose answers don't vary would agree with anything")
      }
    }

    /// Any number of workers gives the same bytes, in the order of the inputs.
    @Test func workersChangeNothing() throws {
      let outcomes = try ["1", "2", "5"].map {
        try DetectorModels.run(
          ["predict", DetectorModels.model] + DetectorModels.clips
            + ["--json", "-", "--workers", $0])
      }
      #expect(outcomes.allSatisfy { $0.status == 0 && !$0.output.isEmpty })
      #expect(Set(outcomes.map(\.output)).count == 1)
    }

    /// Forms of input and of output; what can't be read doesn't keep the others from being judged.
    @Test func formsOfInputAndOutput() throws {
      try withTemporaryDirectory { folder in
        let clip = DetectorModels.clips[0]
        try folder.write("no video", to: "bad.mp4")
        try folder.write("\(clip)\n\n\(folder.path(of: "missing.mp4"))\n", to: "list.txt")
        let (json, csv) = (folder.path(of: "a.jsonl"), folder.path(of: "a.csv"))
        let mixed = try DetectorModels.run([
          "predict", DetectorModels.model, folder.path(of: "bad.mp4"), "--list",
          folder.path(of: "list.txt"), "--json", json, "--csv", csv,
        ])
        #expect(mixed.status == 2, "\(mixed.output) \(mixed.errors)")
        let lines = try String(contentsOfFile: json, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.contains("\"format\":\"prediction/1\"") })
        let rows = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n")
        #expect(rows.count == 4 && rows[0].hasPrefix("input,verdict,probability"))
        #expect(mixed.output.contains("3 inputs: 1 "))
        #expect(mixed.output.contains("2 could not be read"))
        // Nothing could be read: failed.
        let nothing = try DetectorModels.run([
          "predict", DetectorModels.model, folder.path(of: "missing.mp4"),
        ])
        #expect(nothing.status == 1, "\(nothing.errors)")
        try FileManager.default.createDirectory(
          atPath: folder.path(of: "empty"), withIntermediateDirectories: true)
        let empty = try DetectorModels.run([
          "predict", DetectorModels.model, folder.path(of: "empty"),
        ])
        #expect(empty.status == 1 && empty.errors.contains("no video or picture"))
        let noInput = try DetectorModels.run(["predict", DetectorModels.model])
        #expect(noInput.status == 64)
      }
    }

    /// A list may come by a pipe, as `find` writes it; names with blanks are names.
    @Test func aListFromAPipe() throws {
      try withTemporaryDirectory { folder in
        let clip = folder.path(of: "a clip's name.mp4")
        try FileManager.default.createSymbolicLink(
          atPath: clip, withDestinationPath: DetectorModels.clips[0])
        try folder.write("\(clip)\n\(DetectorModels.clips[1])", to: "list")
        let outcome = try BuiltExecutable.run(
          [
            "-c", "exec \"$0\" predict \"$1\" --list - --json - < \"$2\"",
            DetectorModels.detector.path, DetectorModels.model, folder.path(of: "list"),
          ], program: URL(fileURLWithPath: "/bin/sh"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let inputs = try outcome.output.split(separator: "\n").map { line in
          try JSONDecoder().decode(VideoFinding.self, from: Data(line.utf8)).input
        }
        #expect(inputs == [clip, DetectorModels.clips[1]])
      }
    }

    /// A picture and a folder of numbered pictures are judged as well.
    @Test(.enabled(if: CommandLineTool.ffmpeg != nil, "needs ffmpeg")) func pictures() throws {
      try withTemporaryDirectory { folder in
        try FileManager.default.createDirectory(
          atPath: folder.path(of: "frames"), withIntermediateDirectories: true)
        try CommandLineTool.ffmpeg?.run([
          "-i", DetectorModels.clips[0], "-frames:v", "6", folder.path(of: "frames/%03d.png"),
        ])
        let answers = try DetectorModels.answers([
          folder.path(of: "frames"), folder.path(of: "frames/003.png"),
        ])
        let videos = answers.compactMap { $0["video"] as? [String: Any] }
        #expect(videos.map { $0["framesWithFace"] as? Int } == [6, 1])
        #expect(answers.allSatisfy { ["real", "fake"].contains($0["verdict"] as? String) })
      }
    }

    /// Ctrl-C ends it with the shell's status, and leaves no file.
    @Test func interruption() throws {
      try withTemporaryDirectory { folder in
        let report = folder.path(of: "reports")
        let outcome = try DetectorModels.run(
          ["predict", DetectorModels.model]
            + (0..<40).flatMap { _ in DetectorModels.clips }
            + ["--csv", folder.path(of: "a.csv"), "--report", report, "--workers", "1"]
        ) { process in
          while (try? FileManager.default.contentsOfDirectory(atPath: report).isEmpty) ?? true {
            usleep(1000)
          }
          kill(process, SIGINT)
        }
        #expect(outcome.status == 130, "\(outcome.status) \(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "a.csv")))
      }
    }

    /// The report is one well-formed page that fetches nothing and runs no script.
    @Test func theReportStandsAlone() throws {
      try withTemporaryDirectory { folder in
        let clips = Array(DetectorModels.clips.prefix(2))
        let single = folder.path(of: "one.html")
        let one = try DetectorModels.run([
          "predict", DetectorModels.model, clips[0], "--report", single,
        ])
        #expect(one.status == 0, "\(one.errors)")
        let page = try String(contentsOfFile: single, encoding: .utf8)
        #expect(page.contains("default-src 'none'"))
        #expect(
          !page.contains("<script") && !page.contains("http://") && !page.contains("https://"))
        #expect(page.contains("What it can't do".replacing("'", with: "&#39;")))
        #expect(page.components(separatedBy: "data:image/jpeg").count > 8)
        _ = try XMLOutline(page)
        let several = try DetectorModels.run(
          ["predict", DetectorModels.model] + clips + ["--report", folder.path(of: "pages")])
        #expect(several.status == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "pages"))
        #expect(names.count == 2)
        // An input is never replaced.
        try FileManager.default.copyItem(atPath: clips[0], toPath: folder.path(of: "clip.mp4"))
        let refused = try DetectorModels.run([
          "predict", DetectorModels.model, folder.path(of: "clip.mp4"), "--report",
          folder.path(of: "clip.mp4"),
        ])
        #expect(refused.status == 1 && refused.errors.contains("is an input"))
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: folder.path(of: "clip.mp4")))
            == Data(contentsOf: URL(fileURLWithPath: clips[0])))
      }
    }
  }
}
