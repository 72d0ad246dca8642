import Contract
import TestSupport
import Testing

@testable import VideoCatalog

/// The challenge as its mirrors lay it out, its preview, and LAV-DF, whose list has the same name.
@Suite struct DFDCLayoutTests {
  /// Kaggle's mirror: test videos without labels are counted and no error.
  @Test func readsTheMirrorOfKaggle() throws {
    try withTemporaryDirectory { folder in
      try folder.write(
        """
        {"a.mp4": {"label": "REAL", "split": "train", "original": null},
         "b.mp4": {"label": "FAKE", "split": "train", "original": "a.mp4"}}
        """, to: "train_sample_videos/metadata.json")
      try folder.write("filename,label\nx.mp4,0.5\ny.mp4,0.5\n", to: "sample_submission.csv")
      try folder.makeFiles([
        "train_sample_videos/a.mp4", "train_sample_videos/b.mp4", "test_videos/x.mp4",
        "test_videos/y.mp4",
      ])
      let catalog = try folder.load(.dfdc)
      #expect(
        catalog.labels == ["train_sample_videos/a.mp4": .real, "train_sample_videos/b.mp4": .fake])
      #expect(catalog.partition.count == 1)
      #expect(catalog.unlabelled.map(\.name) == ["test_videos/x.mp4", "test_videos/y.mp4"])
      #expect(catalog.notes.contains { $0.hasPrefix("2 videos of test_videos passed over") })
      #expect(
        catalog.reading.rows.contains { $0.takenAs == "no label" && $0.videos == 2 })
      // Any other folder without labels is an error as before, and the test videos don't hide it.
      try folder.makeFiles(["more/z.mp4"])
      expectError(.unlabelled, "1 video file without a label: more/z.mp4") {
        _ = try folder.load(.dfdc)
      }
    }
  }

  /// The submission form is no table of videos: no message suggests it.
  @Test func doesNotSuggestTheSubmissionForm() throws {
    try withTemporaryDirectory { folder in
      try folder.write(#"{"a.mp4": {"label": "REAL"}}"#, to: "train_sample_videos/metadata.json")
      try folder.write("filename,label\nx.mp4,0.5\n", to: "sample_submission.csv")
      try folder.makeFiles(["train_sample_videos/a.mp4", "test_videos/x.mp4"])
      for kind in [CatalogKind.csv, .folders, .celebdf] {
        let error = #expect(throws: VideoCatalogError.self) { try folder.load(kind) }
        #expect(error?.suggestion?.contains("layout `dfdc`") == true, "\(kind): \(error as Any)")
      }
    }
  }

  @Test func readsThePreview() throws {
    try withTemporaryDirectory { folder in
      try folder.write(
        """
        {"original_videos/10/10_A_000.mp4": {"label": "real", "set": "train", "augmentations": []},
         "method_A/20/20_A_000.mp4":
           {"label": "fake", "set": "test", "target_id": "20", "swapped_id": "10"},
         "method_B/30/30_B_000.mp4":
           {"label": "fake", "set": "train", "target_id": 30, "swapped_id": 40},
         "original_videos/40/40_C_000.mp4": {"label": "real", "set": "test"},
         "original_videos/50/gone.mp4": {"label": "real", "set": "test"}}
        """, to: "dataset.json")
      let files = [
        "method_A/20/20_A_000.mp4", "method_B/30/30_B_000.mp4", "original_videos/10/10_A_000.mp4",
        "original_videos/40/40_C_000.mp4",
      ]
      try folder.makeFiles(files)
      let catalog = try folder.load(.dfdc)
      #expect(catalog.names == files)
      #expect(catalog.videos.map(\.label) == [.fake, .fake, .real, .real])
      #expect(catalog.videos.map(\.split) == [.test, .train, .train, .test])
      #expect(catalog.videos.map(\.method) == ["method_A", "method_B", nil, nil])
      #expect(catalog.partition == [[files[0], files[2]], [files[1], files[3]]])
      #expect(catalog.missing.map(\.name) == ["original_videos/50/gone.mp4"])
    }
  }

  @Test func readsTheListOfLAVDF() throws {
    try withTemporaryDirectory { folder in
      try folder.write(
        """
        [{"file": "train/000001.mp4", "n_fakes": 0, "fake_periods": [], "original": null,
          "modify_video": false, "modify_audio": false, "split": "train"},
         {"file": "train/000002.mp4", "n_fakes": 1, "fake_periods": [[1.5, 2.0]],
          "original": "train/000001.mp4", "modify_video": true, "modify_audio": true,
          "split": "train"},
         {"file": "dev/000003.mp4", "n_fakes": 1, "original": "dev/000004.mp4",
          "modify_video": false, "modify_audio": true, "split": "dev"},
         {"file": "test/000005.mp4", "n_fakes": 0, "original": null, "modify_video": false,
          "modify_audio": false, "split": "test"}]
        """, to: "metadata.json")
      let files = [
        "dev/000003.mp4", "test/000005.mp4", "train/000001.mp4", "train/000002.mp4",
      ]
      try folder.makeFiles(files)
      let catalog = try folder.load(.dfdc)
      #expect(catalog.names == files)
      // A face with another voice is a genuine face.
      #expect(catalog.videos.map(\.label) == [.real, .real, .real, .fake])
      #expect(catalog.videos.map(\.split) == [.validation, .test, .train, .train])
      #expect(catalog.partition.contains([files[2], files[3]]) && catalog.partition.count == 3)
      #expect(catalog.notes.contains { $0.contains("1 fake video only in part") })
    }
  }

  @Test func refusesBadLists() throws {
    let cases: [(file: String, text: String, fragment: String)] = [
      ("dataset.json", #"{"../x.mp4": {"label": "real"}}"#, "../x.mp4"),
      ("dataset.json", #"{"a/x.mp4": {"label": "maybe"}}"#, "got \"maybe\""),
      ("dataset.json", #"{"a/x.mp4": {"label": "fake", "target_id": [1]}}"#, "target_id"),
      ("dataset.json", #"{"a/x.mp4": {"label": "fake", "set": "moon"}}"#, "split"),
      ("dataset.json", "[1]", "got an array"),
      ("metadata.json", #"[{"name": "x.mp4"}]"#, "entry 1"),
      ("metadata.json", #"[{"file": "/x.mp4", "modify_video": true}]"#, "/x.mp4"),
      ("metadata.json", #"[{"file": "x.mp4", "modify_video": "yes"}]"#, "got \"yes\""),
      ("metadata.json", #"[{"file": "x.mp4"}]"#, "modify_video"),
    ]
    for (file, text, fragment) in cases {
      try withTemporaryDirectory { folder in
        try folder.write(text, to: file)
        try folder.makeFiles(["x.mp4"])
        expectError(.malformedMetadata, fragment, file) { _ = try folder.load(.dfdc) }
      }
    }
  }
}
