import Contract
import TestSupport
import Testing

@testable import VideoCatalog

/// Folders named after labels, splits, methods and compressions.
@Suite struct FolderWordTests {
  @Test(arguments: [
    "real", "REAL", "Reals", "original", "originals", "authentic", "genuine", "pristine",
    "bona_fide", "real_videos", "Real Faces", "original_sequences", "DFD_original sequences",
    "DeepFakeDetection_original", "Celeb-real", "YouTube-real", "RealVideo-RealAudio",
    "RealVideo-FakeAudio",
  ])
  func realFolders(name: String) {
    #expect(FolderWord(name)?.label == .real)
    #expect(FolderWord(name)?.method == nil)
  }

  @Test(arguments: [
    "fake", "Fakes", "FAKE", "manipulated", "altered", "deepfake", "Deep-Fakes", "synthetic",
    "forged", "tampered", "fake_images", "manipulated_sequences", "AI-generated",
    "DFD_manipulated_sequences", "Celeb-synthesis", "FakeVideo-RealAudio",
  ])
  func fakeFolders(name: String) {
    #expect(FolderWord(name)?.label == .fake)
  }

  @Test(arguments: [
    ("train", DatasetSplit.train), ("Training", .train), ("val", .validation),
    ("valid", .validation),
    ("VALIDATION", .validation), ("dev", .validation), ("test", .test), ("testing", .test),
    ("test_set", .test), ("train_videos", .train),
  ])
  func splitFolders(name: String, split: DatasetSplit) {
    #expect(FolderWord(name)?.split == split)
    #expect(FolderWord(name)?.label == nil)
  }

  @Test(arguments: [
    ("Deepfakes", "Deepfakes"), ("DEEPFAKES", "Deepfakes"), ("face2face", "Face2Face"),
    ("Neural_Textures", "NeuralTextures"), ("FaceSwap", "FaceSwap"), ("FaceShifter", "FaceShifter"),
    ("DeepFakeDetection", "DeepFakeDetection"), ("method_A", "method_A"),
  ])
  func methodsAreFake(name: String, method: String) {
    #expect(FolderWord(name)?.method == method)
    #expect(FolderWord(name)?.label == .fake)
  }

  @Test func compoundsSayBoth() {
    #expect(FolderWord("training_real")?.label == .real)
    #expect(FolderWord("training_real")?.split == .train)
    #expect(FolderWord("c23")?.compression == "c23")
    #expect(FolderWord("RAW")?.compression == "raw")
    #expect(FolderWord("videos")?.isSilent == true)
  }

  /// A name that has such words among others, or both labels, is no label.
  @Test(arguments: [
    "real-vs-fake", "real_and_fake_face_detection", "realistic", "alice", "unreal", "0", "1",
    "test1", "fakeapp_people", "c1", "", "-",
  ])
  func otherFolders(name: String) {
    #expect(FolderWord(name) == nil)
  }

  @Test func numbersNeedASetting() {
    let labels = FolderLabels(real: ["0"], fake: ["1", "Weird"])
    #expect(FolderWord("0", labels: labels)?.label == .real)
    #expect(FolderWord("1", labels: labels)?.label == .fake)
    #expect(FolderWord("WEIRD", labels: labels)?.label == .fake)
    #expect(FolderWord("2", labels: labels) == nil)
  }
}
