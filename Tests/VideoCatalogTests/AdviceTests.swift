import Contract
import Foundation
import TestSupport
import Testing

@testable import VideoCatalog

/// Advice in messages about layouts is followed, and leads to a catalog.
@Suite struct AdviceTests {
  /// Each layout of the table is read as every kind, from its folder and from the parent folder:
  /// what the message says to try works.
  @Test(arguments: KnownLayout.all.map(\.id))
  func isTrueOfEveryLayout(id: String) throws {
    let layout = try #require(KnownLayout.layout(id))
    try withTemporaryDirectory { folder in
      try folder.makeFiles((layout.files.map(\.path) + layout.others).map { "set/" + $0 })
      for (path, text) in layout.documents { try folder.write(text, to: "set/" + path) }
      for kind in CatalogKind.allCases {
        for input in [folder.path, folder.path(of: "set")] {
          do throws(VideoCatalogError) {
            _ = try VideoCatalog.load(kind: kind, input: input)
          } catch {
            try follow(error, kind, input, id)
          }
        }
      }
    }
  }

  /// Follows the advice of a message.
  private func follow(
    _ error: VideoCatalogError, _ kind: CatalogKind, _ input: String, _ id: String
  ) throws {
    // Moving files is for another test.
    guard let advice = error.suggestion, !advice.hasPrefix("Put the genuine videos") else { return }
    var kind = kind
    var input = input
    var options = CatalogOptions()
    if let named = advice.firstMatch(of: /layout `([a-z]+)`/) {
      kind = try #require(CatalogKind(rawValue: String(named.1)))
    }
    if let table = advice.firstMatch(of: /The folder has ([^ ,:]+)/) {
      (kind, input) = (.csv, input + "/" + table.1)
    } else if let folder = advice.firstMatch(of: /The folder ([^ ]+) looks like/) {
      input += "/" + folder.1
    }
    for setting in advice.matches(of: /folders.(real|fake)=\[([^\]]+)\]/) {
      let names = setting.2.split(separator: ",").map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: " '"))
      }
      if setting.1 == "real" {
        options.folderLabels.real += names
      } else {
        options.folderLabels.fake += names
      }
    }
    if advice.contains("unlabelled=skip"), options.folderLabels.isEmpty {
      options.unlabelled = .skip
    }
    #expect(throws: Never.self, "\(id): \(error)") {
      try VideoCatalog.load(kind: kind, input: input, options: options)
    }
  }

  /// Folders whose names say nothing: the settings in the message give them labels.
  @Test(arguments: [
    (["0/a.mp4", "1/b.mp4"], "--set folders.real=[0] --set folders.fake=[1]"),
    (["mine/persons/a.mp4", "mine/swaps/b.mp4"], "--set folders.real=[persons]"),
    (["real/a.mp4", "other/b.mp4"], "--set folders.real=[other], or folders.fake"),
    (["real/a.mp4", "it's, new/b.mp4"], "--set \"folders.real=['it''s, new']\""),
    (["train/real/a.mp4", "train/x/b.mp4", "train/y/c.mp4"], "--set folders.real=[x,y]"),
    (["real/a.mp4", "test/b.mp4"], "--set unlabelled=skip"),
  ])
  func settingsForFolders(files: [String], advice: String) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(files)
      let error = try #require(
        throws: VideoCatalogError.self, performing: { try folder.load(.folders) })
      #expect(error.description.contains(advice), "\(error)")
      // Names with punctuation are quoted as YAML: the test of the settings reads them back.
      if !files.contains(where: { $0.contains("'") }) {
        try follow(error, .folders, folder.path, "\(files)")
      }
    }
  }

  /// If some folders have labels, skipping the others is offered, and works.
  @Test(arguments: [
    (CatalogKind.celebdf, ["Celeb-real/id0_0000.mp4", "new/x.mp4"]),
    (.faceforensics, ["original_sequences/youtube/c23/videos/000.mp4", "new/x.mp4"]),
    (.faceforensics, ["original/000.mp4", "Deepfakes/000_003.mp4", "new/x.mp4"]),
    (.folders, ["real/a.mp4", "x.mp4"]),
  ])
  func skippingIsOffered(kind: CatalogKind, files: [String]) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(files)
      let error = try #require(
        throws: VideoCatalogError.self, performing: { try folder.load(kind) })
      #expect(error.suggestion?.contains("skip") == true, "\(error)")
      let catalog = try folder.load(kind, CatalogOptions(unlabelled: .skip))
      #expect(catalog.unlabelled.count == 1)
    }
  }

  /// Splits alone are no labels; folders of labels in them or above them are.
  @Test func labelFoldersAreAskedFor() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["train/1.mp4", "test/2.mp4", "val/3.mp4"])
      expectError(.unlabelled, "into a folder real and the manipulated ones into a folder fake") {
        _ = try folder.load(.folders)
      }
      for name in ["train", "test", "val"] { try folder.remove(name) }
      try folder.makeFiles(["train/real/1.mp4", "fake/test/2.mp4", "real/val/3.mp4"])
      #expect(try folder.load(.folders).videos.map(\.split) == [.test, .validation, .train])
    }
  }

  /// A contradiction between folders is resolved by what the message says.
  @Test func contradictionsAreResolved() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["fake/real/a.mp4", "real/b.mp4"])
      expectError(.contradiction, "Rename the one that is wrong, or move") {
        _ = try folder.load(.folders)
      }
      try folder.remove("fake/real")
      try folder.makeFiles(["fake/a.mp4"])
      #expect(try folder.load(.folders).videos.map(\.label) == [.fake, .real])
    }
  }
}
