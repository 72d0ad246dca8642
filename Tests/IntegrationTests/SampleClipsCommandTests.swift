import Contract
import Foundation
import TestSupport
import Testing
import VideoCatalog

/// `extractor sample-clips`, as scripts/demo uses it.
@Suite(
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct SampleClipsCommandTests {
  private func run(_ arguments: [String]) throws -> BuiltExecutable.Outcome {
    try BuiltExecutable.run(
      ["sample-clips"] + arguments + ["--weights", BuiltExecutable.weights.path])
  }

  /// --people makes a data set whose folders name the side.
  @Test func people() throws {
    try withTemporaryDirectory { folder in
      let outcome = try run([
        BuiltExecutable.portraits.path, folder.path(of: "clips"), "--people", "2", "--takes", "1",
        "--seconds", "0.2",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let catalog = try VideoCatalog.load(kind: .folders, input: folder.path(of: "clips"))
      // Three portraits, two people each, genuine and manipulated.
      #expect(catalog.videos.count == 12)
      #expect(
        catalog.videos.allSatisfy {
          ($0.split == .validation) == $0.name.contains("/obama-")
        })
    }
  }

  /// What can't be made is a sentence and an exit code.
  @Test func badInput() throws {
    try withTemporaryDirectory { folder in
      let usage = try run([folder.path, folder.path(of: "clips"), "--people", "0"])
      #expect(usage.status == 64 && usage.errors.contains("--people: expected 1...99"))
      let empty = try run([folder.path, folder.path(of: "clips"), "--people", "2"])
      #expect(empty.status == 1 && empty.errors.contains("expected two portraits"))
      try folder.write("no picture", to: "a.jpg")
      let unreadable = try run([folder.path, folder.path(of: "clips")])
      #expect(unreadable.status == 1 && unreadable.errors.contains("a.jpg"))
    }
  }
}
