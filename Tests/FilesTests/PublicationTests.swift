import Foundation
import TestSupport
import Testing

@testable import Files

/// Names that are given to one file only, even if several processes try.
@Suite struct PublicationTests {
  private func write(_ text: String, _ path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func aNameIsGivenOnce() throws {
    try withTemporaryDirectory { folder in
      let (first, second) = (folder.path(of: "first"), folder.path(of: "second"))
      try write("first", first)
      try write("second", second)
      let path = folder.path(of: "published")
      #expect(try Publication.publish(copyOf: first, at: path))
      #expect(try !Publication.publish(copyOf: second, at: path))
      #expect(try text(path) == "first")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "")).sorted()
          == ["first", "published", "second"])
    }
  }

  /// Without links: the claim stays, so that a process whose cache doesn't show the file yet can't
  /// put another one in its place.
  @Test func aClaimedNameIsGivenOnce() throws {
    try withTemporaryDirectory { folder in
      let (first, second) = (folder.path(of: "first"), folder.path(of: "second"))
      try write("first", first)
      try write("second", second)
      let path = folder.path(of: "published")
      #expect(try Publication.claimAndRename(first, to: path, patience: .zero))
      // As an outdated cache shows it.
      try FileManager.default.moveItem(atPath: path, toPath: folder.path(of: "unseen"))
      #expect(try !Publication.claimAndRename(second, to: path, patience: .zero))
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(try !Publication.publish(copyOf: second, at: path))
      #expect(try text(folder.path(of: "unseen")) == "first")
      #expect(try text(second) == "second")
    }
  }

  /// A process that takes a claim for a dead process's makes sure that it can't be used.
  @Test func aRevokedClaimGivesNothing() throws {
    try withTemporaryDirectory { folder in
      let (temporary, path) = (folder.path(of: ".a.partial"), folder.path(of: "published"))
      try write("late", temporary)
      try write(".a.partial", path + ".claim")
      #expect(try Publication.revokeClaim(of: path))
      #expect(!FileManager.default.fileExists(atPath: temporary))
      // Gone already: it may be the file itself.
      #expect(try !Publication.revokeClaim(of: path))
      // A claim of other software is not followed.
      for text in ["", "first", "../.a.partial", ".a.partial/", "x\0y"] {
        try write(text, path + ".claim")
        try write("late", temporary)
        #expect(try Publication.revokeClaim(of: path))
        #expect(FileManager.default.fileExists(atPath: temporary), "\(text)")
      }
    }
  }

  /// A claim has the name of the file that it is for.
  @Test func aClaimSaysWhatItIsFor() throws {
    try withTemporaryDirectory { folder in
      let (temporary, path) = (folder.path(of: ".b.partial"), folder.path(of: "published"))
      try write("content", temporary)
      #expect(try Publication.claimAndRename(temporary, to: path, patience: .zero))
      #expect(try text(path + ".claim") == ".b.partial")
      #expect(try text(path) == "content")
      // A link can't be made beside a claim either.
      try FileManager.default.moveItem(atPath: path, toPath: folder.path(of: "unseen"))
      try write("other", temporary)
      #expect(try !Publication.giveName(path, to: temporary))
    }
  }

  @Test func aFileThatIsThereIsNeverReplaced() throws {
    try withTemporaryDirectory { folder in
      let (first, path) = (folder.path(of: "first"), folder.path(of: "published"))
      try write("first", first)
      try write("there", path)
      #expect(try !Publication.claimAndRename(first, to: path, patience: .zero))
      #expect(try !Publication.giveName(path, to: first))
      #expect(try text(path) == "there")
    }
  }
}
