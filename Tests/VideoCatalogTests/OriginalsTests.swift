import Contract
import TestSupport
import Testing

@testable import VideoCatalog

/// The real video that a fake was made from.
@Suite struct OriginalsTests {
  /// It is found in each layout, by the names and lists of its data set.
  @Test(arguments: [
    (
      CatalogKind.faceforensics,
      [
        "original_sequences/youtube/c23/videos/000.mp4",
        "original_sequences/youtube/c40/videos/000.mp4",
        "manipulated_sequences/Deepfakes/c23/videos/000_003.mp4",
        "manipulated_sequences/Face2Face/c40/videos/000_003.mp4",
        "original_sequences/actors/c23/videos/01__walking_outside.mp4",
        "original_sequences/actors/c23/videos/01__hugging.mp4",
        "manipulated_sequences/DeepFakeDetection/c23/videos/01_02__hugging__YVGY8LOK.mp4",
        "manipulated_sequences/Deepfakes/raw/videos/000_003.mp4",
      ],
      [
        "manipulated_sequences/Deepfakes/c23/videos/000_003.mp4":
          "original_sequences/youtube/c23/videos/000.mp4",
        "manipulated_sequences/Face2Face/c40/videos/000_003.mp4":
          "original_sequences/youtube/c40/videos/000.mp4",
        "manipulated_sequences/DeepFakeDetection/c23/videos/01_02__hugging__YVGY8LOK.mp4":
          "original_sequences/actors/c23/videos/01__hugging.mp4",
      ]
    ),
    (
      .faceforensics, ["original/000.mp4", "FaceSwap/000_003.mp4", "FaceSwap/003_000.mp4"],
      ["FaceSwap/000_003.mp4": "original/000.mp4"]
    ),
    (
      .celebdf,
      [
        "Celeb-real/id0_0000.mp4", "Celeb-real/id0_0001.mp4", "Celeb-real/id1_0000.mp4",
        "Celeb-synthesis/id0_id1_0001.mp4", "Celeb-synthesis/id2_id1_0000.mp4",
        "YouTube-real/00001.mp4",
      ],
      ["Celeb-synthesis/id0_id1_0001.mp4": "Celeb-real/id0_0001.mp4"]
    ),
    (
      .folders,
      [
        "real/000.mp4", "real/003.mp4", "fake/000_003.mp4", "fake/003_000.mp4",
      ],
      ["fake/000_003.mp4": "real/000.mp4", "fake/003_000.mp4": "real/003.mp4"]
    ),
    (
      .folders,
      ["real/0001.mp4", "real/0002.mp4", "fake/0001_fake.mp4", "fake/0002.mp4"],
      ["fake/0001_fake.mp4": "real/0001.mp4"]
    ),
    (
      .folders, ["real/anna/1.mp4", "fake/anna/1_fake.mp4", "fake/id0_id1_0000.mp4"], [:]
    ),
  ])
  func fakesHaveTheirOriginals(
    kind: CatalogKind, files: [String], originals: [String: String]
  ) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(files)
      #expect(Self.originals(try folder.load(kind)) == originals)
    }
  }

  /// DFDC's metadata names originals, also those in another part.
  @Test func metadataNamesThem() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["p0/a.mp4", "p0/b.mp4", "p1/c.mp4", "p1/d.mp4"])
      try folder.write(
        #"{"a.mp4": {"label": "REAL"}, "b.mp4": {"label": "FAKE", "original": "a.mp4"}}"#,
        to: "p0/metadata.json")
      try folder.write(
        """
        {"c.mp4": {"label": "FAKE", "original": "a.mp4"},
        "d.mp4": {"label": "FAKE", "original": "x.mp4"}}
        """, to: "p1/metadata.json")
      #expect(
        Self.originals(try folder.load(.dfdc)) == ["p0/b.mp4": "p0/a.mp4", "p1/c.mp4": "p0/a.mp4"])
    }
  }

  /// A table's column names originals, with or without a column of groups.
  @Test(arguments: ["", ",group"])
  func aColumnNamesThem(group: String) throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles(["a.mp4", "b.mp4", "c.mp4", "d.mp4"])
      let person = group.isEmpty ? "" : ",anna"
      try folder.write(
        """
        path,label,original\(group)
        a.mp4,real,\(person)
        b.mp4,fake,a.mp4\(person)
        c.mp4,fake,x.mp4\(person)
        d.mp4,fake,\(person)

        """, to: "list.csv")
      let catalog = try VideoCatalog.load(kind: .csv, input: folder.path(of: "list.csv"))
      #expect(Self.originals(catalog) == ["b.mp4": "a.mp4"])
    }
  }

  /// Pictures of frames find the picture of the same frame.
  @Test func framesHaveTheirOwn() throws {
    try withTemporaryDirectory { folder in
      try folder.makeFiles([
        "original/000_10.png", "original/000_20.png", "Deepfakes/000_003_10.png",
        "Deepfakes/000_003_20.png",
      ])
      #expect(
        Self.originals(try folder.load(.faceforensics)) == [
          "Deepfakes/000_003_10.png": "original/000_10.png",
          "Deepfakes/000_003_20.png": "original/000_20.png",
        ])
    }
  }

  private static func originals(_ catalog: VideoCatalog) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: catalog.videos.compactMap { video in
        video.original.map { (video.name, $0) }
      })
  }
}
