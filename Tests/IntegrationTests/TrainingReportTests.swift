import Contract
import Foundation
import TestSupport
import Testing

extension TrainerTests {
  /// The page that a training writes, and `trainer report`.
  @Suite struct Reports {
    private var run: TrainingRun { UndisturbedRun.twoWorkers }

    private func text(_ path: String) throws -> String {
      try String(contentsOfFile: path, encoding: .utf8)
    }

    private func plots(in folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder + "/plots").sorted()
    }

    @Test func trainingWritesASelfContainedPage() throws {
      let html = try text(run.folder + "/report.html")
      let page = try XMLOutline(html)
      #expect(page.pageProblems == [])
      #expect(html.utf8.count < 3 << 20)
      let sections = page.elements("section").compactMap { $0.attributes["id"] }
      #expect(
        sections == [
          "results", "curves", "order", "calibration", "subsets", "shortcuts", "mistakes",
          "samples", "provenance", "definitions",
        ])
      #expect(page.elements("section").first?.attributes["class"]?.hasPrefix("verdict ") == true)
      // Eight pictures of each class after augmentation, whatever the mistakes.
      #expect(page.elements("img").count >= 16)
      #expect(page.text.contains("trainer train " + run.folder + "/pipeline.yaml"))
      let names = try plots(in: run.folder)
      for name in [
        "auc.svg", "confusion-frames.svg", "confusion-videos.svg", "learning-rate.svg", "loss.svg",
        "methods.svg", "precision-recall.svg", "reliability.svg", "roc.svg", "scores-frames.svg",
        "scores-videos.svg",
      ] { #expect(names.contains(name), "\(name) of \(names)") }
      #expect(page.elements("svg").count == names.count)
      for name in names {
        let drawing = try XMLOutline(try text(run.folder + "/plots/" + name))
        #expect(drawing.elements.first?.attributes["viewBox"] != nil)
        #expect(drawing.pageProblems == [], "\(name)")
      }
    }

    /// Everything is in the folder of the run and in the store.
    @Test func reportDrawsTheSamePageAgain() throws {
      try withTemporaryDirectory { folder in
        let page = folder.path(of: "page.html")
        let outcome = try TrainingRun.command(["report", run.folder, "--output", page])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains(page))
        #expect(
          FileManager.default.contentsEqual(atPath: page, andPath: run.folder + "/report.html"))
        #expect(try plots(in: folder.path) == plots(in: run.folder))
      }
    }

    @Test func predictionsAreThoseThatWereJudged() throws {
      let rows = try text(run.folder + "/predictions.csv").split(separator: "\n")
        .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
      #expect(
        rows.first == [
          "side", "video", "label", "method", "compression", "group", "frame", "sample", "margin",
          "blur", "original", "dataset",
        ])
      let information = try #require(
        try JSONSerialization.jsonObject(
          with: Data(contentsOf: URL(fileURLWithPath: run.folder + "/training_info.json")))
          as? [String: Any])
      for side in ["validation", "test"] {
        let report = try #require(information[side] as? [String: Any])
        let frames = try #require(report["frames"] as? [String: Any])
        let crops = rows.dropFirst().filter { $0[0] == side }
        #expect(crops.count == frames["count"] as? Int)
        #expect(Set(crops.map { $0[7] }).count == crops.count)
        func margins(_ label: String) throws -> [Double] {
          try crops.filter { $0[2] == label }.map { try #require(Double($0[8])) }
        }
        let (reals, fakes) = (try margins("real"), try margins("fake"))
        let wins = fakes.reduce(0.0) { sum, fake in
          sum + reals.reduce(0) { $0 + ($1 < fake ? 1 : $1 == fake ? 0.5 : 0) }
        }
        let area = wins / Double(reals.count * fakes.count)
        let told = try #require(frames["auc"] as? Double)
        #expect(abs(area - told) < 1e-9, "\(side): \(area), \(told)")
      }
    }

    /// A crop that the table says the network was sure of is found in the store and explained.
    @Test func worstMistakesComeWithActivationMaps() throws {
      try withTemporaryDirectory { folder in
        let copy = try copyOfRun(folder)
        var lines = try text(copy + "/predictions.csv").components(separatedBy: "\n")
        let place = try #require(
          lines.lastIndex { $0.hasPrefix("test,") && $0.contains(",real,") })
        var cells = lines[place].components(separatedBy: ",")
        cells[8] = "80.5"
        lines[place] = cells.joined(separator: ",")
        try lines.joined(separator: "\n").write(
          toFile: copy + "/predictions.csv", atomically: true, encoding: .utf8)
        let outcome = try TrainingRun.command(["report", copy])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let outline = try XMLOutline(try text(copy + "/report.html"))
        // "face crop of VIDEO, frame N", "class activation map of VIDEO, frame N".
        let names = outline.elements("img").compactMap {
          $0.attributes["alt"]?.components(separatedBy: " of ")
        }
        let ofKind = Dictionary(grouping: names, by: \.[0]).mapValues { $0.map { $0[1] } }
        #expect(ofKind["face crop"]?.first == "\(cells[1]), frame \(cells[6])")
        #expect(ofKind["class activation map"] == ofKind["face crop"])
        #expect(outline.text.contains("probability of fake 100.0%. \(cells[1])"))
      }
    }

    @Test func missingFilesAreSaidAndNotDrawn() throws {
      try withTemporaryDirectory { folder in
        let page = folder.path(of: "page.html")
        let copy = try copyOfRun(folder)
        try FileManager.default.removeItem(atPath: copy + "/predictions.csv")
        let outcome = try TrainingRun.command([
          "report", copy, "--store", folder.path(of: "no-store"), "--output", page,
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let outline = try XMLOutline(try text(page))
        #expect(outline.pageProblems == [])
        #expect(outline.elements("img").isEmpty)
        #expect(outline.text.contains("the store can't be read"))
        #expect(outline.text.contains("the run has no predictions.csv"))
        #expect(try !plots(in: folder.path).contains("roc.svg"))
      }
    }

    @Test func namesFromOutsideStayText() throws {
      try withTemporaryDirectory { folder in
        let copy = try copyOfRun(folder)
        let hostile = "</td><script src=https://example.org/x.js>"
        try rewrite(copy + "/training_info.json") { information in
          var data = information["data"] as? [String: Any] ?? [:]
          data["store"] = hostile
          data["notes"] = [hostile, "\u{1B}[31m"]
          information["data"] = data
          information["software"] = hostile
        }
        let predictions = try text(copy + "/predictions.csv")
          .replacingOccurrences(of: "person-", with: "<img src=x onerror=1>-")
        try predictions.write(
          toFile: copy + "/predictions.csv", atomically: true, encoding: .utf8)
        let outcome = try TrainingRun.command(["report", copy, "--store", run.store])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let outline = try XMLOutline(try text(copy + "/report.html"))
        #expect(outline.pageProblems == [])
        #expect(outline.text.contains(hostile))
      }
    }

    @Test func aFailedVerdictIsSeenFirst() throws {
      try withTemporaryDirectory { folder in
        let copy = try copyOfRun(folder)
        try rewrite(copy + "/training_info.json") { information in
          var behaviour = information["behaviour"] as? [String: Any] ?? [:]
          var findings = behaviour["findings"] as? [[String: Any]] ?? []
          findings[0]["outcome"] = "failed"
          behaviour["findings"] = findings
          information["behaviour"] = behaviour
        }
        let outcome = try TrainingRun.command(["report", copy])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let outline = try XMLOutline(try text(copy + "/report.html"))
        #expect(outline.elements("section").first?.attributes["class"] == "verdict bad")
        #expect(outline.text.contains("do not use this model"))
      }
    }

    @Test func runsAreComparedSideBySide() throws {
      try withTemporaryDirectory { folder in
        let page = folder.path(of: "comparison.html")
        let other = UndisturbedRun.adamWTwoWorkers
        let outcome = try TrainingRun.command([
          "report", run.folder, other.folder, "--output", page,
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let outline = try XMLOutline(try text(page))
        #expect(outline.pageProblems == [])
        for name in ["two-workers", "adamw", "optimizer.kind", "All were measured on the same"] {
          #expect(outline.text.contains(name), "\(name)")
        }
        let names = try plots(in: folder.path)
        #expect(names.contains("roc.svg") && names.contains("validation-auc.svg"))
        let roc = try XMLOutline(try text(folder.path(of: "plots/roc.svg")))
        #expect(roc.elements("path").count == 2)
      }
    }

    @Test func whatIsNoRunIsRefused() throws {
      try withTemporaryDirectory { folder in
        let empty = try TrainingRun.command(["report", folder.path])
        #expect(empty.status == 1 && empty.errors.contains("it is no run"))
        let missing = try TrainingRun.command(["report", folder.path(of: "nowhere")])
        #expect(missing.status == 1 && missing.errors.contains("expected the folder of a run"))
        let copy = try copyOfRun(folder)
        try (text(copy + "/predictions.csv") + "test,only,three\n").write(
          toFile: copy + "/predictions.csv", atomically: true, encoding: .utf8)
        let damaged = try TrainingRun.command(["report", copy])
        #expect(
          damaged.status == 1
            && damaged.errors.contains("expected 12 fields and the line's end, got 3"),
          "\(damaged.errors)")
        try "{}".write(toFile: copy + "/training_info.json", atomically: true, encoding: .utf8)
        let foreign = try TrainingRun.command(["report", copy])
        #expect(foreign.status == 1 && foreign.errors.contains("training_info.json"))
      }
    }

    /// Damage is told by place or key; the command that the message names makes the file again.
    @Test func aDamagedStoryIsNamedAndWrittenAgain() throws {
      try withTemporaryDirectory { folder in
        let copy = try copyOfRun(folder)
        let path = copy + "/training_info.json"
        let whole = try text(path)
        let key = try #require(whole.range(of: "\"epochs\""))
        let damaged = [
          ("{}", "expected a value, got nothing"),
          ("[1, 2]", "expected an object, got a list of 2"),
          (String(whole.prefix(whole.count / 2)), "expected JSON, got text that isn't in line"),
          (whole.replacingCharacters(in: key, with: "NaN"), "expected JSON, got text that isn't"),
          ("", "expected JSON, got text that isn't"),
        ]
        for (content, sentence) in damaged {
          try content.write(toFile: path, atomically: true, encoding: .utf8)
          let outcome = try TrainingRun.command(["report", copy])
          #expect(outcome.status == 1)
          #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
          #expect(!outcome.errors.contains("DecodingError"), "\(outcome.errors)")
          #expect(!outcome.errors.contains("Swift."), "\(outcome.errors)")
          #expect(outcome.errors.contains("'trainer train' command with --force"))
        }
        let again = try TrainingRun(folder: copy, workers: run.workers, settings: run.settings)
          .train(["--force"])
        #expect(again.status == 4, "\(again.errors)")
        #expect(try TrainingRun.command(["report", copy]).status == 0)
      }
    }

    // MARK: Changed runs

    /// A run that a test may change; without its events and checkpoints but the best.
    private func copyOfRun(_ folder: TemporaryDirectory) throws -> String {
      let copy = folder.path(of: "copy")
      try FileManager.default.createDirectory(
        atPath: copy + "/checkpoints", withIntermediateDirectories: true)
      for name in [
        "pipeline.yaml", "metrics.csv", "predictions.csv", "training_info.json", "model.pt",
        "checkpoints/best.pt",
      ] {
        try FileManager.default.copyItem(
          atPath: run.folder + "/" + name, toPath: copy + "/" + name)
      }
      return copy
    }

    private func rewrite(_ path: String, _ change: (inout [String: Any]) -> Void) throws {
      let file = URL(fileURLWithPath: path)
      var object = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      change(&object)
      try JSONSerialization.data(withJSONObject: object).write(to: file)
    }
  }
}
