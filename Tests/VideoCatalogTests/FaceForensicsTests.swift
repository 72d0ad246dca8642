import Contract
import TestSupport
import Testing
import VideoCatalog

@Suite struct FaceForensicsTests {
  private static func fill(_ folder: TemporaryDirectory) throws {
    let youtube = "original_sequences/youtube"
    try folder.makeFiles([
      "\(youtube)/c23/videos/000.mp4", "\(youtube)/c23/videos/003.mp4",
      "\(youtube)/c40/videos/000.mp4", "\(youtube)/raw/videos/071.mp4",
      "\(youtube)/downloaded_videos/abc/0.mp4",
      "original_sequences/actors/c23/videos/03__kitchen_pan.mp4",
      "manipulated_sequences/Deepfakes/masks/videos/000_003.mp4",
      "manipulated_sequences/DeepFakeDetection/c23/videos/03_11__kitchen_pan__AB12.mp4",
    ])
    for method in ["Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter"] {
      try folder.makeFiles(["manipulated_sequences/\(method)/c23/videos/000_003.mp4"])
    }
  }

  @Test func readsMethodsCompressionsAndGroups() throws {
    try withTemporaryDirectory { folder in
      try Self.fill(folder)
      let catalog = try folder.load(.faceforensics)
      #expect(catalog.videos.count == 11)
      let swapped = catalog.videos.filter { $0.name.hasSuffix("000_003.mp4") }
      #expect(swapped.count == 5)
      #expect(Set(swapped.map(\.group)) == ["faceforensics:youtube/000"])
      #expect(
        Set(swapped.compactMap(\.method)) == [
          "Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter",
        ])
      #expect(swapped.allSatisfy { $0.label == .fake && $0.compression == "c23" })
      let real = try #require(catalog["original_sequences/youtube/c23/videos/003.mp4"])
      #expect(real.label == .real && real.method == nil && real.compression == "c23")
      #expect(real.group == "faceforensics:youtube/000")
      // Actor 03 and YouTube video 003 are different people, and so are actor 03 and any video
      // "03".
      let actor = try #require(
        catalog["original_sequences/actors/c23/videos/03__kitchen_pan.mp4"])
      #expect(actor.group == "faceforensics:actor/03")
      let actorFake = catalog.videos.first { $0.method == "DeepFakeDetection" }
      #expect(actorFake?.group == actor.group)
      #expect(catalog["original_sequences/youtube/raw/videos/071.mp4"]?.compression == "raw")
      #expect(catalog.notes.contains { $0.contains("downloaded_videos") })
      #expect(!catalog.notes.contains { $0.contains("masks") })
      #expect(catalog.videos.allSatisfy { $0.split == nil })
    }
  }

  @Test func filtersMethodsAndCompressions() throws {
    try withTemporaryDirectory { folder in
      try Self.fill(folder)
      let deepfakes = try folder.load(
        .faceforensics, CatalogOptions(methods: ["deepfakes"], compressions: ["c23"]))
      #expect(
        deepfakes.names == [
          "manipulated_sequences/Deepfakes/c23/videos/000_003.mp4",
          "original_sequences/youtube/c23/videos/000.mp4",
          "original_sequences/youtube/c23/videos/003.mp4",
        ])
      let actors = try folder.load(
        .faceforensics, CatalogOptions(methods: ["DeepFakeDetection"]))
      #expect(actors.videos.count == 2)
      #expect(actors.videos.allSatisfy { $0.group == "faceforensics:actor/03" })
      expectError(.invalidOption, "methods", "NeuralTextures", "got Deepfake.") {
        _ = try folder.load(.faceforensics, CatalogOptions(methods: ["Deepfake"]))
      }
      expectError(.invalidOption, "compressions", "c23", "c40", "got c99") {
        _ = try folder.load(.faceforensics, CatalogOptions(compressions: ["c99"]))
      }
      expectError(.invalidOption, "methods", "dfdc") {
        _ = try folder.load(.dfdc, CatalogOptions(methods: ["Deepfakes"]))
      }
    }
  }

  @Test(arguments: ["splits", "dataset/splits", ""])
  func takesTheOfficialSplit(place: String) throws {
    try withTemporaryDirectory { folder in
      try Self.fill(folder)
      let prefix = place.isEmpty ? "" : place + "/"
      try folder.write(#"[["000", "003"], ["900", "901"]]"#, to: prefix + "train.json")
      try folder.write(#"[["071", "054"]]"#, to: prefix + "val.json")
      let catalog = try folder.load(.faceforensics)
      #expect(catalog["original_sequences/youtube/c40/videos/000.mp4"]?.split == .train)
      #expect(catalog["original_sequences/youtube/raw/videos/071.mp4"]?.split == .validation)
      #expect(
        catalog["manipulated_sequences/FaceSwap/c23/videos/000_003.mp4"]?.split == .train)
      #expect(
        catalog.videos.filter { $0.group == "faceforensics:actor/03" }.map(\.split) == [nil, nil])
      // 054 has no video here; it is in the group of 071 by the official pair.
      #expect(
        catalog["original_sequences/youtube/raw/videos/071.mp4"]?.group
          == "faceforensics:youtube/054")
      #expect(catalog.notes.contains { $0.contains("test.json") })
    }
  }

  @Test func refusesBadSplits() throws {
    let cases: [(String, String, VideoCatalogError.Code, String)] = [
      (#"[["000", "003"]]"#, #"[["003", "001"]]"#, .contradiction, "id 003"),
      (#"[["000", "003", "004"]]"#, "[]", .malformedMetadata, "entry 1"),
      (#"[["000", 3]]"#, "[]", .malformedMetadata, "entry 1"),
      (#"{"000": "003"}"#, "[]", .malformedMetadata, "got an object"),
      ("[[", "[]", .malformedMetadata, "train.json:1"),
    ]
    for (train, test, code, fragment) in cases {
      try withTemporaryDirectory { folder in
        try Self.fill(folder)
        try folder.write(train, to: "splits/train.json")
        try folder.write(test, to: "splits/test.json")
        expectError(code, fragment) { _ = try folder.load(.faceforensics) }
      }
    }
  }

  @Test func neverLabelsAVideoOutsideOfTheLayout() throws {
    try withTemporaryDirectory { folder in
      try Self.fill(folder)
      try folder.makeFiles(["extra/a.mp4", "manipulated_sequences/Deepfakes/b.mp4"])
      expectError(.unlabelled, "extra/a.mp4", "manipulated_sequences/Deepfakes/b.mp4") {
        _ = try folder.load(.faceforensics)
      }
    }
  }

  @Test func tellsOfNamesThatSayNothing() throws {
    try withTemporaryDirectory { folder in
      try Self.fill(folder)
      try folder.makeFiles(["manipulated_sequences/Deepfakes/c23/videos/holiday.mp4"])
      let catalog = try folder.load(.faceforensics)
      let video = catalog["manipulated_sequences/Deepfakes/c23/videos/holiday.mp4"]
      #expect(video?.label == .fake)
      #expect(catalog.videos.filter { $0.group == video?.group }.count == 1)
      #expect(catalog.notes.contains { $0.contains("holiday.mp4") })
    }
  }
}
