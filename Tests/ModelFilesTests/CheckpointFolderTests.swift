import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite struct CheckpointFolderTests {
  private func names(_ folder: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func theLatestAndTheBestAreKept() throws {
    try withTemporaryDirectory { folder in
      let checkpoints = CheckpointFolder(folder.path, keep: 2)
      #expect(try checkpoints.latest { _ in Issue.record("there is nothing damaged") } == nil)
      for step in [10, 20, 30, 40] {
        try checkpoints.save(ModelFixture.checkpoint(step: step), isBest: step == 20)
      }
      #expect(checkpoints.steps == [30, 40])
      #expect(try names(folder) == ["best.pt", "step-00000030.pt", "step-00000040.pt"])
      #expect(try Checkpoint(contentsOf: checkpoints.best).step == 20)
      #expect(try checkpoints.latest { _ in }?.step == 40)
      try checkpoints.save(ModelFixture.checkpoint(step: 123_456_789), isBest: true)
      #expect(checkpoints.steps == [40, 123_456_789])
      #expect(try Checkpoint(contentsOf: checkpoints.best).step == 123_456_789)
    }
  }

  /// The best checkpoint is a second name of a file, which must not change with the first.
  @Test func theBestSurvivesANewCheckpointOfTheSameStep() throws {
    try withTemporaryDirectory { folder in
      let checkpoints = CheckpointFolder(folder.path, keep: 1)
      try checkpoints.save(ModelFixture.checkpoint(step: 10), isBest: true)
      var other = ModelFixture.checkpoint(step: 10)
      other.progress = "another"
      try checkpoints.save(other, isBest: false)
      #expect(try checkpoints.latest { _ in }?.progress == "another")
      #expect(try Checkpoint(contentsOf: checkpoints.best).progress != "another")
    }
  }

  @Test func damagedOnesAreToldAndPassedOver() throws {
    try withTemporaryDirectory { folder in
      let checkpoints = CheckpointFolder(folder.path, keep: 3)
      for step in [10, 20, 30] {
        try checkpoints.save(ModelFixture.checkpoint(step: step), isBest: false)
      }
      let latest = checkpoints.file(step: 30)
      try Data(contentsOf: URL(fileURLWithPath: latest)).prefix(1000)
        .write(to: URL(fileURLWithPath: latest))
      // Neither of these is a checkpoint's name.
      try folder.makeFiles(["step-99.pt.partial", "step-.pt", "step-x1.pt", "notes.txt"])
      var told: [String] = []
      #expect(try checkpoints.latest { told.append($0.subject) }?.step == 20)
      #expect(told == [latest])
      for step in [10, 20] {
        try Data().write(to: URL(fileURLWithPath: checkpoints.file(step: step)))
      }
      told = []
      let error = #expect(throws: ModelFileError.self) {
        try checkpoints.latest { told.append($0.subject) }
      }
      #expect(told.count == 3)
      #expect(error?.message.contains("none of the 3 checkpoints") == true)
    }
  }

  @Test func aFolderThatCannotBeWrittenIsAnError() throws {
    try withTemporaryDirectory { folder in
      let checkpoints = CheckpointFolder(folder.path(of: "missing"), keep: 1)
      let error = #expect(throws: ModelFileError.self) {
        try checkpoints.save(ModelFixture.checkpoint(), isBest: false)
      }
      #expect(error?.code == .file)
      #expect(error?.description.contains("missing") == true)
    }
  }
}
