import Contract
import TestSupport
import Testing

@testable import VideoCatalog

/// The data set that a video is from.
@Suite struct DatasetTests {
  /// It is known in each layout: by the reader, the names of files, or a folder named after it.
  @Test(
    arguments: [
      (
        CatalogKind.faceforensics,
        [
          "original_sequences/youtube/c23/videos/000.mp4": "FaceForensics++",
          "original_sequences/youtube/c23/videos/other.mp4": "FaceForensics++",
          "manipulated_sequences/Deepfakes/c23/videos/000_003.mp4": "FaceForensics++",
          "original_sequences/actors/c23/videos/01__hugging.mp4": "DeepFakeDetection",
          "manipulated_sequences/DeepFakeDetection/c23/videos/01_02__hugging__YVGY8LOK.mp4":
            "DeepFakeDetection",
          "manipulated_sequences/DeepFakeDetection/c23/videos/x.mp4": "DeepFakeDetection",
        ]
      ),
      (
        .faceforensics,
        ["original/000.mp4": "FaceForensics++", "FaceSwap/000_003.mp4": "FaceForensics++"]
      ),
      (
        .celebdf,
        [
          "Celeb-real/id0_0000.mp4": "Celeb-DF", "Celeb-synthesis/id0_id1_0000.mp4": "Celeb-DF",
          "YouTube-real/00001.mp4": "Celeb-DF",
        ]
      ),
      (
        .folders,
        [
          "real/01__hugging.mp4": "DeepFakeDetection", "fake/id0_id1_0000.mp4": "Celeb-DF",
          "real/000.mp4": "FaceForensics++", "fake/000_003.mp4": "FaceForensics++",
        ]
      ),
      (
        .folders,
        [
          "UADFV/real/0001.mp4": "UADFV", "UADFV/fake/0001_fake.mp4": "UADFV",
          "celeb-df-v2/real/a.mp4": "Celeb-DF", "real/DFDC/b.mp4": "DFDC", "real/own/c.mp4": nil,
          "FaceForensics++_c23/fake/id0_id1_0000.mp4": "Celeb-DF",
          "FaceForensics++_c23/fake/x.mp4": "FaceForensics++", "vv2/real/d.mp4": nil,
        ]
      ),
    ] as [(CatalogKind, [String: String?])])
  func layoutsTell(kind: CatalogKind, datasets: [String: String?]) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(Array(datasets.keys))
      #expect(Self.datasets(try folder.load(kind)) == datasets)
    }
  }

  /// The lists of DFDC, its preview and LAV-DF, whose videos' names say nothing.
  @Test func listsTell() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["p/a.mp4", "q/method_A/1/b.mp4", "r/test/c.mp4"])
      try folder.write(#"{"a.mp4": {"label": "REAL"}}"#, to: "p/metadata.json")
      try folder.write(#"{"method_A/1/b.mp4": {"label": "fake"}}"#, to: "q/dataset.json")
      try folder.write(#"[{"file": "test/c.mp4", "modify_video": false}]"#, to: "r/metadata.json")
      #expect(
        Self.datasets(try folder.load(.dfdc)) == [
          "p/a.mp4": "DFDC", "q/method_A/1/b.mp4": "DFDC preview", "r/test/c.mp4": "LAV-DF",
        ])
    }
  }

  /// A table's column comes first, then names and folders, as elsewhere.
  @Test(arguments: ["dataset", "Data set", "benchmark"])
  func aColumnTells(column: String) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["a.mp4", "id0_0000.mp4", "id1_0000.mp4", "dfdc/d.mp4", "e.mp4"])
      try folder.write(
        """
        path,label,\(column)
        a.mp4,real,own
        id0_0000.mp4,real,mine
        id1_0000.mp4,real,
        dfdc/d.mp4,fake,nan
        e.mp4,fake,

        """, to: "list.csv")
      let catalog = try VideoCatalog.load(kind: .csv, input: folder.path(of: "list.csv"))
      #expect(
        Self.datasets(catalog) == [
          "a.mp4": "own", "id0_0000.mp4": "mine", "id1_0000.mp4": "Celeb-DF", "dfdc/d.mp4": "DFDC",
          "e.mp4": nil,
        ])
      let rows = catalog.reading.rows.filter { $0.found == "column \(column)" }
      #expect(Set(rows.map(\.takenAs)) == ["data set own", "data set mine"])
      #expect(!catalog.notes.contains { $0.contains("without a meaning") })
    }
  }

  private static func datasets(_ catalog: VideoCatalog) -> [String: String?] {
    Dictionary(uniqueKeysWithValues: catalog.videos.map { ($0.name, $0.dataset) })
  }
}
