import Contract
import Foundation
import TestSupport
import Testing

extension TrainerTests {
  /// The programs in docs/backend.md do what they say.
  @Suite(
    .serialized,
    .enabled(
      if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"
    ))
  struct BackendDocument {
    private static let torch = ProcessInfo.processInfo.environment["PYTHON_WITH_TORCH"]
    private static let python = CommandLineTool("python3")

    /// Programs by their names, which stand in their first lines.
    private static func program(_ name: String) throws -> String {
      let text = try String(
        contentsOf: BuiltExecutable.packageFolder.appendingPathComponent("docs/backend.md"),
        encoding: .utf8)
      let blocks = text.components(separatedBy: "```python\n").dropFirst()
        .compactMap { $0.components(separatedBy: "```").first }
      #expect(blocks.count == 3, "each program has a test")
      return try #require(blocks.first { $0.hasPrefix("# file: \(name)\n") })
    }

    /// PyTorch on crops of a store gives the probabilities of `detector predict`: networks of other widths,
    /// with and without a hidden layer.
    @Test(
      .enabled(if: torch != nil, "needs PYTHON_WITH_TORCH with torchvision, lmdb and pillow"),
      arguments: ["linear", "mlp", "full"])
    func pyTorch(_ kind: String) throws {
      let torch = try #require(Self.torch)
      try withTemporaryDirectory { folder in
        let (script, model) = (folder.path(of: "backend_torch.py"), folder.path(of: "model.pt"))
        try folder.write(try Self.program("backend_torch.py"), to: "backend_torch.py")
        try DetectorModels.write(
          to: model, calibration: Calibration(temperature: 3), architecture: kind)
        let outcome = try BuiltExecutable.run(
          [script, model, DetectorModels.store], program: URL(fileURLWithPath: torch))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try #require(
          try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Double])
        let answers = try DetectorModels.answers([SampleClips.folder], model: model)
        #expect(answers.count == found.count && found.count == 12)
        for answer in answers {
          let input = try #require(answer["input"] as? String)
          let expected = try #require(answer["probability"] as? Double)
          let name = String(input.dropFirst(SampleClips.folder.count + 1))
          // Where a crop is resized, PIL rounds after each of the two directions: a level here and there.
          #expect(abs((found[name] ?? -1) - expected) < (kind == "full" ? 1e-4 : 1e-3), "\(name)")
        }
      }
    }

    /// A server gives the answers of the command line.
    @Test(.enabled(if: python != nil, "needs python3")) func server() throws {
      let python = try #require(Self.python)
      try withTemporaryDirectory { folder in
        try folder.write(try Self.program("backend_server.py"), to: "backend_server.py")
        try folder.write("no video", to: "text.mp4")
        let clips = Array(DetectorModels.clips.prefix(2))
        try DetectorServer.serving(data: folder.path(of: "data")) { address in
          let output = try python.run(
            [folder.path(of: "backend_server.py"), address] + clips
              + [folder.path(of: "text.mp4")])
          let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
          try #require(lines.count == 3)
          #expect(lines[2].contains("video") && lines[2].hasSuffix("None"), "\(lines[2])")
          for (line, answer) in zip(lines, try DetectorModels.answers(clips)) {
            let words = line.split(separator: " ")
            let verdict = (answer["verdict"] as? String)?.uppercased()
            #expect(words[1] == verdict ?? "", "\(line)")
            let expected = try #require(answer["probability"] as? Double)
            #expect(abs((Double(words[2]) ?? -1) - expected) < 1e-12, "\(line)")
          }
        }
      }
    }

    /// A process of the detector gives the answers of the command line.
    @Test(.enabled(if: python != nil, "needs python3")) func process() throws {
      let python = try #require(Self.python)
      try withTemporaryDirectory { folder in
        try folder.write(try Self.program("backend_process.py"), to: "backend_process.py")
        let clips = Array(DetectorModels.clips.prefix(2))
        let output = try python.run(
          [
            folder.path(of: "backend_process.py"), DetectorModels.detector.path,
            DetectorModels.model,
          ] + clips + ["missing.mp4"])
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 3 && lines[2] == "missing.mp4 not read None")
        for (line, answer) in zip(lines, try DetectorModels.answers(clips)) {
          let probability = try #require(answer["probability"] as? Double)
          let verdict = try #require(answer["verdict"] as? String)
          let number = try #require(line.split(separator: " ").last.flatMap { Double($0) })
          #expect(line.contains(" \(verdict) ") && abs(number - probability) < 1e-9, "\(line)")
        }
      }
    }
  }
}
