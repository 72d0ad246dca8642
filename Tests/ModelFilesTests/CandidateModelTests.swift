import Foundation
import NeuralNetwork
import TensorFiles
import TestSupport
import Testing

@testable import ModelFiles

/// A model is published only if it passes, and no file is left beside it.
@Suite struct CandidateModelTests {
  private let model = ModelFile(state: ModelFixture.state(), metadata: ModelFixture.metadata())

  private struct Refusal: Error {}

  private func names(_ folder: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test(arguments: [(true, false, true), (false, false, false), (false, true, true)])
  func whatPassesOrIsForcedIsPublished(passes: Bool, force: Bool, isPublished: Bool) throws {
    try withTemporaryDirectory { folder in
      try folder.write("an older model", to: "model.pt")
      let target = folder.path(of: "model.pt")
      let candidate = CandidateModel(model, target: target)
      let result = try candidate.publish(force: force) { file throws in
        // The file is judged, not the model in memory, and before it replaces the other one.
        #expect(file.state == model.state && file.metadata == model.metadata)
        #expect(try names(folder) == ["model.pt", "model.pt.candidate"])
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "an older model")
        return CandidateModel.Verdict("a word", passes: passes)
      }
      #expect(result.judgement == "a word" && result.isPublished == isPublished)
      #expect(try names(folder) == ["model.pt"])
      if isPublished {
        #expect(try ModelFile(contentsOf: target).state == model.state)
      } else {
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "an older model")
      }
    }
  }

  @Test func aJudgeThatFailsLeavesTheOldModel() throws {
    try withTemporaryDirectory { folder in
      try folder.write("an older model", to: "model.pt")
      let target = folder.path(of: "model.pt")
      #expect(throws: Refusal.self) {
        try CandidateModel(model, target: target).publish(force: true) {
          _ throws -> CandidateModel.Verdict<Int> in throw Refusal()
        }
      }
      #expect(try names(folder) == ["model.pt"])
      #expect(try String(contentsOfFile: target, encoding: .utf8) == "an older model")
    }
  }

  @Test func whatCannotBeWrittenIsAnErrorThatNamesThePlace() throws {
    try withTemporaryDirectory { folder in
      let missing = folder.path(of: "missing/model.pt")
      func publish(_ target: String) -> ModelFileError? {
        #expect(throws: ModelFileError.self) {
          try CandidateModel(model, target: target).publish(force: true) { _ in
            CandidateModel.Verdict(0, passes: true)
          }
        }
      }
      #expect(publish(missing)?.code == .file)
      // A folder at the model's path.
      try folder.write("x", to: "model.pt/file")
      let error = publish(folder.path(of: "model.pt"))
      #expect(error?.code == .file && error?.subject == folder.path(of: "model.pt"))
      #expect(try names(folder) == ["model.pt"])
    }
  }

  /// A description that can't be read back: even a forced export doesn't publish such a file.
  @Test func aFileThatCannotBeReadBackIsNotPublished() throws {
    try withTemporaryDirectory { folder in
      try folder.write("an older model", to: "model.pt")
      var metadata = ModelFixture.metadata()
      metadata.architecture.width = 7
      let target = folder.path(of: "model.pt")
      let broken = ModelFile(state: ModelFixture.state(), metadata: metadata)
      let error = #expect(throws: ModelFileError.self) {
        try CandidateModel(broken, target: target).publish(force: true) { _ in
          CandidateModel.Verdict(0, passes: true)
        }
      }
      #expect(error?.code == .otherContent)
      #expect(try names(folder) == ["model.pt"])
      #expect(try String(contentsOfFile: target, encoding: .utf8) == "an older model")
    }
  }
}
