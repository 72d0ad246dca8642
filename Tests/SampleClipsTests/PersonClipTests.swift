import Contract
import Foundation
import SampleClips
import TestSupport
import Testing
import VideoCatalog

/// The list of clips, and their files.
struct PersonClipTests {
  /// All people of a portrait are on its side; both sides have portraits.
  @Test(arguments: 2...12)
  func sidesArePinnedByPortrait(portraits: Int) {
    let clips = PersonClip.all(portraits: portraits, people: 6, takes: 2)
    #expect(clips.count == portraits * 6 * 2 * 2)
    for (portrait, clips) in Dictionary(grouping: clips, by: \.portrait) {
      #expect(Set(clips.map(\.side)).count == 1, "portrait \(portrait)")
    }
    let sides = Dictionary(grouping: clips, by: \.side).mapValues { Set($0.map(\.portrait)).count }
    #expect((sides[.validation] ?? 0) >= 1 && (sides[.train] ?? 0) >= 1)
    #expect((sides[.train] ?? 0) >= (sides[.validation] ?? 0))
  }

  /// The files are a data set: groups on one side, each with both labels, in both scenes.
  @Test func filesAreADataSet() throws {
    let portraits = [DrawnPortrait.make("anna", seed: 1), DrawnPortrait.make("bert", seed: 2)]
    try withTemporaryDirectory { folder in
      for clip in PersonClip.all(portraits: 2, people: 5, takes: 1) {
        try clip.write(of: portraits, into: folder.path, seconds: 0.08, seed: 1)
      }
      let catalog = try VideoCatalog.load(kind: .folders, input: folder.path)
      #expect(catalog.videos.count == 20)
      let groups = Dictionary(grouping: catalog.videos, by: \.group)
      #expect(groups.count == 10)
      for (group, videos) in groups {
        #expect(Set(videos.map(\.split)).count == 1, "\(group)")
        #expect(Set(videos.map(\.label)) == [.real, .fake], "\(group)")
        #expect(videos.allSatisfy { ($0.split == .validation) == group.contains("bert") })
      }
      // The number that the behaviour check needs to tell a model from chance.
      #expect(groups.values.count { $0.first?.split == .validation } >= 5)
    }
  }

  /// The same seed gives the same bytes, another seed other people.
  @Test func filesFollowTheSeed() throws {
    let portraits = [DrawnPortrait.make("anna", seed: 1), DrawnPortrait.make("bert", seed: 2)]
    let clip = try #require(
      PersonClip.all(portraits: 2, people: 1, takes: 1).first { $0.isFake })
    func bytes(seed: UInt64) throws -> Data {
      try withTemporaryDirectory { folder in
        try clip.write(of: portraits, into: folder.path, seconds: 0.2, seed: seed)
        return try Data(
          contentsOf: URL(fileURLWithPath: folder.path(of: "train/fake/anna-01/take1.mp4")))
      }
    }
    let first = try bytes(seed: 1)
    #expect(try bytes(seed: 1) == first)
    #expect(try bytes(seed: 2) != first)
  }

  /// A folder that can't be made is an error that names the clip.
  @Test func unwritableFolder() throws {
    let portraits = [DrawnPortrait.make("anna"), DrawnPortrait.make("bert")]
    let clip = try #require(PersonClip.all(portraits: 2, people: 1, takes: 1).first)
    try withTemporaryDirectory { folder in
      try folder.write("a file where a folder should be", to: "file")
      let error = #expect(throws: SampleClipsError.self) {
        try clip.write(of: portraits, into: folder.path(of: "file"), seconds: 0.1, seed: 1)
      }
      #expect(error?.code == .unwritableClip)
      #expect(error?.description.contains("take1.mp4") == true)
    }
  }
}
