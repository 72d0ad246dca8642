import Foundation
import PipelineConfiguration
import Testing

/// `--set key=value`.
@Suite struct OverrideTests {
  static let yaml = "extract:\n  dataset: dfdc\n  sampling: {framesPerVideo: 40}\n"

  @Test func bothFormsOfThePath() throws {
    #expect(try extract(Self.yaml).sampling.framesPerVideo == 40)
    for key in ["sampling.framesPerVideo", "extract.sampling.framesPerVideo"] {
      #expect(try extract(Self.yaml, set: ["\(key)=16"]).sampling.framesPerVideo == 16)
    }
  }

  @Test func lastOneWins() throws {
    let set = ["workers=1", "workers=3", "extract.workers=2"]
    #expect(try extract(Self.yaml, set: set).workers == 2)
  }

  @Test func valuesAreYAML() throws {
    let set = [
      "dataset=faceforensics", "methods=[Deepfakes, 'Face2Face']",
      "detection.thresholds=[0, 1, .5]",
      "alignment.margin=15e-1", "sampling.skipUnneededFrames=false", "store=a=b",
    ]
    let configuration = try extract(Self.yaml, set: set)
    #expect(configuration.methods == ["Deepfakes", "Face2Face"])
    #expect(configuration.detection.thresholds == [0, 1, 0.5])
    #expect(configuration.alignment.margin == 1.5)
    #expect(!configuration.sampling.skipUnneededFrames)
    #expect(configuration.store?.hasSuffix("/a=b") == true)
  }

  /// What the messages of a table's columns and of folders say to type.
  @Test func columnsAndFolders() throws {
    let set = [
      "dataset=csv", "csv.path='File Path'", "csv.label=label_str", "csv.fake=0",
      "csv.group=person",
      "csv.split=part", "csv.folder='/data/a b'",
    ]
    let csv = try extract(Self.yaml, set: set).csv
    #expect(csv.path == "File Path" && csv.label == "label_str" && csv.fake == "0")
    #expect(csv.group == "person" && csv.split == "part" && csv.folder == "/data/a b")
    let folders = try extract(
      Self.yaml, set: ["dataset=folders", "folders.real=[0]", "folders.fake=['my fakes', 1]"]
    ).folders
    #expect(folders.real == ["0"] && folders.fake == ["my fakes", "1"])
  }

  @Test func mappingsAreMerged() throws {
    let set = ["sampling={skipUnneededFrames: false}"]
    let sampling = try extract(Self.yaml, set: set).sampling
    #expect(sampling.framesPerVideo == 40)
    #expect(!sampling.skipUnneededFrames)
  }

  @Test func makesSectionsThatAreMissing() throws {
    let set = ["dataset=csv", "images.jpegQuality=80"]
    for yaml in ["train: {}\n", "extract:\n", "extract:\n  images:\n"] {
      let configuration = try extract(yaml, set: set)
      #expect(configuration.dataset == .csv)
      #expect(configuration.images.jpegQuality == 80)
    }
  }

  @Test func repairsWhatTheFileHasWrong() throws {
    let yaml = "extract:\n  dataset: dfdc\n  workers: many\n"
    #expect(try extract(yaml, set: ["workers=2"]).workers == 2)
  }

  @Test func relativePathsStartAtTheWorkingDirectory() throws {
    let here = FileManager.default.currentDirectoryPath
    let set = ["input=clips", "detection.weights=../w"]
    let configuration = try extract("extract: {dataset: dfdc, store: s}", set: set)
    #expect(configuration.input == here + "/clips")
    #expect(
      configuration.detection.weights
        == URL(fileURLWithPath: here)
        .deletingLastPathComponent().appendingPathComponent("w").path)
    #expect(configuration.store == "/data/pipelines/s")
    #expect(try extract("extract: {dataset: dfdc, store: s}", set: ["store="]).store == nil)
  }

  @Test(arguments: [
    (
      "sampling.framesPerVidoe=16",
      "unknown key 'framesPerVidoe' in 'extract.sampling'; did you mean 'framesPerVideo'? "
        + "known keys: framesPerVideo, framesPerSecond, skipUnneededFrames"
    ),
    (
      "samplng.framesPerVideo=16",
      "unknown key 'samplng' in 'extract'; did you mean 'sampling'? "
        + "known keys: \(ValueErrorTests.sections)"
    ),
    (
      "train.epochs=3", "'train.epochs' is not a setting of 'extract', which is read here"
    ),
    (
      "sampling.framesPerVideo=0",
      "'extract.sampling.framesPerVideo': expected an integer from 1 to 10000, got '0'"
    ),
    (
      "sampling.framesPerVideo=many",
      "'extract.sampling.framesPerVideo': expected an integer from 1 to 10000, got 'many'"
    ),
    ("sampling=3", "'extract.sampling': expected a mapping, got '3'"),
    ("extract=3", "'extract': expected a mapping, got '3'"),
    (
      "workers.a=3", "'extract.workers': expected an integer from 0 to 1024, got a mapping"
    ),
    (
      "methods=[a",
      "'extract.methods': not valid YAML: did not find expected ',' or ']' "
        + "(while parsing a flow sequence)"
    ),
    (
      "sampling={framesPerVideo: 1, framesPerVideo: 2}",
      "'extract.sampling': duplicate key 'framesPerVideo': it stands here and again further down; "
        + "keep one of them"
    ),
    (
      "csv.path=video",
      "'extract.csv.path': expected null unless dataset is csv, got 'video'"
    ),
    (
      "csv.fake=0", "'extract.csv.fake': expected null unless dataset is csv, got '0'"
    ),
    (
      "csv.folder=/a", "'extract.csv.folder': expected null unless dataset is csv, got '/a'"
    ),
    (
      "folders.real=[0]",
      "'extract.folders.real': expected [] unless dataset is folders, got 1 names"
    ),
    (
      "csv.pth=a",
      "unknown key 'pth' in 'extract.csv'; did you mean 'path'? "
        + "known keys: path, label, fake, group, split, folder"
    ),
    ("csv.path=[a]", "'extract.csv.path': expected text or null, got a list"),
    (
      "workers", "expected key=value with a dotted key such as a.b=16, got 'workers'"
    ),
    ("=3", "expected key=value with a dotted key such as a.b=16, got '=3'"),
    ("", "expected key=value with a dotted key such as a.b=16, got ''"),
    ("a..b=3", "expected key=value with a dotted key such as a.b=16, got 'a..b=3'"),
  ])
  func errorsNameTheOption(override: String, message: String) {
    #expect(failure(Self.yaml + "  workers: 1\n", set: [override]).hasPrefix("--set: \(message)"))
  }

  @Test func endlessPath() {
    let path = Array(repeating: "a", count: 200_000).joined(separator: ".")
    #expect(failure(Self.yaml, set: [path + "=1"]).utf8.count < 200)
  }
}
