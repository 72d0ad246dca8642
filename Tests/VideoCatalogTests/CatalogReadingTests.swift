import Contract
import Foundation
import TestSupport
import Testing

@testable import VideoCatalog

/// How a catalog interpreted its input.
@Suite struct CatalogReadingTests {
  private typealias Row = CatalogReading.Row

  @Test func saysWhatFoldersMean() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "original/c23/videos/000.mp4", "original/c23/videos/003.mp4", "Deepfakes/c23/000_003.mp4",
        "Deepfakes/c23/strange.mp4", "train/real/anna/1.mp4",
      ])
      let rows = try folder.load(.folders).reading.rows
      #expect(
        rows == [
          Row(
            found: "folder Deepfakes", takenAs: "label fake, method Deepfakes", videos: 2,
            example: "Deepfakes/c23/000_003.mp4"),
          Row(
            found: "folder original", takenAs: "label real", videos: 2,
            example: "original/c23/videos/000.mp4"),
          Row(
            found: "folder real", takenAs: "label real", videos: 1,
            example: "train/real/anna/1.mp4"),
          Row(
            found: "folder train", takenAs: "split train", videos: 1,
            example: "train/real/anna/1.mp4"),
          Row(
            found: "folder c23", takenAs: "compression c23", videos: 4,
            example: "Deepfakes/c23/000_003.mp4"),
          Row(
            found: "file names", takenAs: "group: one each, without _real or _fake", videos: 1,
            example: "Deepfakes/c23/strange.mp4"),
          Row(
            found: "folders below the label", takenAs: "group: one person each", videos: 1,
            example: "train/real/anna/1.mp4"),
          Row(
            found: "names NNN", takenAs: "group: FaceForensics++ (target and source)", videos: 2,
            example: "original/c23/videos/000.mp4"),
          Row(
            found: "names NNN_NNN", takenAs: "group: FaceForensics++ (target and source)",
            videos: 1, example: "Deepfakes/c23/000_003.mp4"),
          Row(
            found: "folder videos", takenAs: "ignored", videos: 2,
            example: "original/c23/videos/000.mp4"),
        ])
    }
  }

  @Test func saysWhatColumnsMean() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["a.mp4", "b.mp4", "c.mp4"])
      try folder.write(
        "File Path;label;label_str;remark;set\na.mp4;0;real;x;train\nb.mp4;1;fake;;test\n"
          + "c.mp4;;;;\n", to: "l.csv")
      let catalog = try VideoCatalog.load(
        kind: .csv, input: folder.path(of: "l.csv"), options: CatalogOptions(unlabelled: .skip))
      let rows = catalog.reading.rows.map { "\($0.found) = \($0.takenAs): \($0.videos)" }
      #expect(
        rows == [
          "column label: 0 = label real: 1", "column label: 1 = label fake: 1",
          "column label_str = label, agrees with label: 2", "column set = split test: 1",
          "column set = split train: 1", "no column of groups = group: one each: 2",
          "column File Path = path of the file: 2", "an empty label = no label: 1",
          "column remark = ignored: 2",
        ])
    }
  }

  /// It depends on names only, not on the order in which a file system lists them, and can be
  /// stored.
  @Test func isStored() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["real/b.mp4", "real/a.mp4", "fake/c.mp4"])
      let reading = try folder.load(.folders).reading
      #expect(reading.rows.first { $0.found == "folder real" }?.example == "real/a.mp4")
      let stored = try JSONEncoder().encode(reading)
      #expect(try JSONDecoder().decode(CatalogReading.self, from: stored) == reading)
    }
  }
}
