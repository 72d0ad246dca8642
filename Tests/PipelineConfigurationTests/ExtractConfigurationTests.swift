import Contract
import Foundation
import Testing

@testable import PipelineConfiguration

@Suite struct ExtractConfigurationTests {
  /// A configuration in which no setting has its default.
  static func unusual() -> ExtractConfiguration {
    var value = ExtractConfiguration(dataset: .faceforensics)
    value.input = "/videos/a \"b\"\\c: #d\u{85}\u{1}é"
    value.store = "/null"
    value.workers = 3
    value.unlabelled = .skip
    value.numberedPictures = .single
    value.methods = ["Deepfakes", "null", "- x"]
    value.compressions = ["c23"]
    value.folders.real = ["0", "it's real"]
    value.folders.fake = ["1"]
    value.csv.path = "File Path"
    value.csv.label = "null"
    value.csv.fake = "0"
    value.csv.group = "a: b"
    value.csv.split = "s"
    value.csv.folder = "/videos"
    value.sampling.framesPerVideo = 7
    value.sampling.framesPerSecond = 29.97
    value.sampling.skipUnneededFrames = false
    value.detection.weights = "/weights\nfolder\t~"
    value.detection.thresholds = [0.1, 0.2, 0.30000000000000004]
    value.detection.minimumFaceSize = 40
    value.detection.pyramidFactor = 0.8
    value.detection.searchShortSide = 0
    value.detection.fullSearchInterval = 1
    value.detection.brightenWhenEmpty = false
    value.detection.reuseOriginals = true
    value.tracks.minimumFrames = 1
    value.tracks.minimumScore = 0
    value.tracks.maximumPerVideo = 2
    value.alignment.kind = .box
    value.alignment.margin = 1
    value.alignment.size = 256
    value.alignment.fill = .reflect
    value.images.jpegQuality = 90
    value.shards.maximumMebibytes = 1
    return value
  }

  @Test func defaults() throws {
    var expected = ExtractConfiguration(dataset: .celebdf)
    expected.detection.weights = "/data/weights/mtcnn"
    #expect(try extract("extract:\n  dataset: celebdf\n") == expected)
    #expect(try extract("extract:\n  dataset: celebdf\n  tracks:\ntrain: [1, x]") == expected)
  }

  @Test func pathsStartAtTheFile() throws {
    let yaml = "extract: {dataset: dfdc, input: ./a/../b, store: /c/, detection: {weights: w}}"
    let configuration = try extract(yaml)
    #expect(configuration.input == "/data/pipelines/b")
    #expect(configuration.store == "/c")
    #expect(configuration.detection.weights == "/data/pipelines/w")
    try withFile(Array(yaml.utf8)) { path in
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      let read = try ExtractConfiguration(contentsOf: path)
      #expect(read.input == folder + "/b")
    }
  }

  @Test func pathsOfARelativeFile() {
    let here = FileManager.default.currentDirectoryPath
    #expect(absolutePath("a", below: folder(of: "x.yaml")) == here + "/a")
    #expect(absolutePath("../a", below: folder(of: "pipelines/x.yaml")) == here + "/a")
    #expect(absolutePath("a", below: folder(of: "/x.yaml")) == "/a")
    #expect(absolutePath("../../../../a", below: "/b") == "/a")
  }

  @Test func renderingReadsBack() throws {
    let unusual = Self.unusual()
    let usual = ExtractConfiguration(dataset: .dfdc)
    // One label for everything is for folders, and methods are for FaceForensics++.
    let pairs = zip(unusual.lines, usual.lines).filter { $0.0.key != "label" }
    #expect(pairs.allSatisfy { $0.key == $1.key && $0.value != $1.value }, "a setting is untested")
    // Some settings are for one layout only.
    for dataset in ExtractConfiguration.Dataset.allCases {
      var one = unusual
      one.dataset = dataset
      if dataset != .faceforensics { (one.methods, one.compressions) = ([], []) }
      if dataset != .folders { one.folders = .init() }
      if dataset != .csv { one.csv = .init() }
      #expect(try extract(one.yaml) == one)
    }
    var labelled = ExtractConfiguration(dataset: .folders)
    labelled.label = .fake
    #expect(try extract(labelled.yaml).label == .fake)
    let read = try extract(usual.yaml)
    #expect(try extract(read.yaml) == read)
    #expect(read.yaml.hasPrefix("extract:\n  dataset: dfdc\n  input: null\n"))
    #expect(read.yaml.contains("  sampling:\n    framesPerVideo: 32\n"))
  }

  /// Every stored property is rendered: mirrors of the struct and of the lines agree.
  @Test func everySettingIsRendered() {
    let usual = ExtractConfiguration(dataset: .dfdc)
    #expect(settingNames(of: usual) == usual.lines.map(\.key))
  }

  @Test func resultSettings() throws {
    let standard = try extract("extract: {dataset: dfdc}").resultSettings
    #expect(
      standard == [
        "dataset": "dfdc", "numberedPictures": "frames", "sampling.framesPerVideo": "32",
        "sampling.framesPerSecond": "null",
        "detection.thresholds": "[0.6, 0.7, 0.7]", "detection.minimumFaceSize": "20",
        "detection.pyramidFactor": "0.709", "detection.searchShortSide": "360",
        "detection.fullSearchInterval": "8", "detection.brightenWhenEmpty": "true",
        "detection.reuseOriginals": "false",
        "tracks.minimumFrames": "3", "tracks.minimumScore": "0.9", "tracks.maximumPerVideo": "0",
        "alignment.kind": "landmarks", "alignment.margin": "1.3", "alignment.size": "224",
        "alignment.fill": "black", "images.jpegQuality": "95",
      ])
    // Other spellings of the same values, and settings that change no byte.
    let yaml = """
      extract:
        dataset: "dfdc"
        input: a
        store: b
        workers: 2
        unlabelled: skip
        label: null
        sampling: {skipUnneededFrames: false}
        detection: {weights: elsewhere, thresholds: [6e-1, 0.70, +0.7]}
        alignment: {margin: 1.300}
        shards: {maximumMebibytes: 1}
      """
    #expect(try extract(yaml).resultSettings == standard)
    let zero = try extract("extract: {dataset: dfdc, tracks: {minimumScore: -0.0}}")
    #expect(zero.resultSettings["tracks.minimumScore"] == "0.0")
  }

  /// One label for everything contradicts layouts that have labels of their own.
  @Test func aLabelIsForFolders() throws {
    #expect(try extract("extract: {dataset: folders, label: real}").label == .real)
    let error = #expect(throws: ConfigurationError.self) {
      try extract("extract: {dataset: csv, label: real}")
    }
    #expect(
      error?.description.contains("'extract.label': expected null unless dataset is folders")
        == true)
  }

  /// Whole pictures have one recipe, whatever is said of faces that nobody looks for.
  @Test func wholePicturesHaveOneRecipe() throws {
    let plain = try extract("extract: {dataset: folders, alignment: {kind: none, size: 96}}")
    let other = try extract(
      "extract: {dataset: folders, alignment: {kind: none, size: 96, margin: 2, fill: reflect}, "
        + "tracks: {minimumScore: 0.5}, detection: {searchShortSide: 0}}")
    let recipe = plain.recipe(detectorWeights: nil)
    #expect(recipe == other.recipe(detectorWeights: nil))
    #expect(recipe.geometry == CropGeometry(alignment: .whole, margin: 1, sizePixels: 96))
    try recipe.validate()
  }

  @Test func distances() {
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("abc", "") == 3)
    #expect(editDistance("abc", "abc") == 0)
    #expect(editDistance("abcd", "acbd") == 1)
    #expect(editDistance("kitten", "sitting") == 3)
    #expect(editDistance("ca", "abc") == 3)
    #expect(suggestion(for: "szie", among: ["kind", "margin", "size"]) == "size")
    #expect(suggestion(for: "banana", among: ["kind", "margin", "size"]) == nil)
    #expect(suggestion(for: "x", among: []) == nil)
  }
}
