import PipelineConfiguration
import Testing

/// The exact words and places of what is wrong with keys and values.
@Suite struct ValueErrorTests {
  static let sections =
    "dataset, input, store, workers, unlabelled, label, numberedPictures, methods, compressions, "
    + "folders, csv, sampling, detection, tracks, alignment, images, shards"

  @Test func misspeltSection() {
    #expect(
      failure("extrat:\n  dataset: dfdc\n", set: ["dataset=dfdc"])
        == "x.yaml:1:1: unknown key 'extrat' at the top level; did you mean 'extract'? "
        + "known keys: extract, train")
  }

  @Test func misspeltKeyOfTheSection() {
    #expect(
      failure("extract:\n  dataset: dfdc\n  wrokers: 2\n")
        == "x.yaml:3:3: unknown key 'wrokers' in 'extract'; did you mean 'workers'? "
        + "known keys: \(Self.sections)")
  }

  @Test func misspeltNestedKey() {
    let yaml = """
      # comment
      extract:
        dataset: dfdc

        sampling:
          framesPerVidoe: 16
      """
    #expect(
      failure(yaml)
        == "x.yaml:6:5: unknown key 'framesPerVidoe' in 'extract.sampling'; "
        + "did you mean 'framesPerVideo'? known keys: framesPerVideo, framesPerSecond, skipUnneededFrames"
    )
  }

  @Test func keyInAnotherStyleOfSpelling() {
    #expect(
      failure("extract: {dataset: dfdc, sampling: {frames_per_video: 16}}").hasPrefix(
        "x.yaml:1:37: unknown key 'frames_per_video' in 'extract.sampling'; "
          + "did you mean 'framesPerVideo'?"))
  }

  @Test func keyInAWrongSection() {
    #expect(
      failure("extract:\n  dataset: dfdc\n  jpegQuality: 90\n").hasPrefix(
        "x.yaml:3:3: unknown key 'jpegQuality' in 'extract'; "
          + "did you mean 'extract.images.jpegQuality'? known keys: "))
  }

  @Test func keyThatResemblesNothing() {
    #expect(
      failure("extract:\n  dataset: dfdc\n  images:\n    banana: 1\n")
        == "x.yaml:4:5: unknown key 'banana' in 'extract.images'; known keys: jpegQuality")
  }

  @Test(arguments: [
    ("workers: many", "3:12", "'extract.workers': expected an integer from 0 to 1024, got 'many'"),
    ("workers: 2.0", "3:12", "'extract.workers': expected an integer from 0 to 1024, got '2.0'"),
    (
      "workers: '2'", "3:12",
      "'extract.workers': expected an integer from 0 to 1024, got the quoted string '2'"
    ),
    ("workers:", "3:11", "'extract.workers': expected an integer from 0 to 1024, got nothing"),
    ("workers: [1]", "3:12", "'extract.workers': expected an integer from 0 to 1024, got a list"),
    ("workers: {}", "3:12", "'extract.workers': expected an integer from 0 to 1024, got a mapping"),
    ("workers: -1", "3:12", "'extract.workers': expected an integer from 0 to 1024, got '-1'"),
    (
      "workers: 99999999999999999999", "3:12",
      "'extract.workers': expected an integer from 0 to 1024, got '99999999999999999999'"
    ),
    (
      "sampling: {framesPerVideo: 0}", "3:30",
      "'extract.sampling.framesPerVideo': expected an integer from 1 to 10000, got '0'"
    ),
    (
      "sampling: {framesPerVideo: 10001}", "3:30",
      "'extract.sampling.framesPerVideo': expected an integer from 1 to 10000, got '10001'"
    ),
    (
      "sampling: {skipUnneededFrames: yes}", "3:34",
      "'extract.sampling.skipUnneededFrames': expected true or false, got 'yes'"
    ),
    (
      "detection: {searchShortSide: 63}", "3:32",
      "'extract.detection.searchShortSide': expected an integer from 64 to 8640 or 0 (full size), "
        + "got '63'"
    ),
    (
      "tracks: {minimumScore: 1.01}", "3:26",
      "'extract.tracks.minimumScore': expected a number from 0 to 1, got '1.01'"
    ),
    (
      "tracks: {minimumScore: .nan}", "3:26",
      "'extract.tracks.minimumScore': expected a number from 0 to 1, got '.nan'"
    ),
    (
      "alignment: {margin: 0x1p1}", "3:23",
      "'extract.alignment.margin': expected a number from 1 to 4, got '0x1p1'"
    ),
    (
      "alignment: {kind: landmark}", "3:21",
      "'extract.alignment.kind': expected one of landmarks, box, none, got 'landmark'; "
        + "did you mean 'landmarks'?"
    ),
    (
      "label: rael", "3:10",
      "'extract.label': expected one of real, fake, or null, got 'rael'; did you mean 'real'?"
    ),
    (
      "numberedPictures: many", "3:21",
      "'extract.numberedPictures': expected one of frames, single, got 'many'"
    ),
    (
      "sampling: {framesPerSecond: 0}", "3:31",
      "'extract.sampling.framesPerSecond': expected a number from 0.001 to 1000, or null, got '0'"
    ),
    (
      "sampling: {framesPerSecond: '25'}", "3:31",
      "'extract.sampling.framesPerSecond': expected a number from 0.001 to 1000, or null, got the quoted string '25'"
    ),
    (
      "detection: {thresholds: [0.6, 0.7]}", "3:27",
      "'extract.detection.thresholds': expected a list of 3 numbers from 0 to 1, got 2"
    ),
    (
      "detection: {thresholds: [0.6, high, 0.7]}", "3:33",
      "'extract.detection.thresholds': expected a list of 3 numbers from 0 to 1, got 'high'"
    ),
    (
      "detection: {thresholds: 0.6}", "3:27",
      "'extract.detection.thresholds': expected a list of 3 numbers from 0 to 1, got '0.6'"
    ),
    ("detection: {weights: }", "3:24", "'extract.detection.weights': expected a path, got nothing"),
    ("input: [a]", "3:10", "'extract.input': expected a path or null, got a list"),
    (
      "methods: Deepfakes", "3:12",
      "'extract.methods': expected a list such as [a, b], got 'Deepfakes'"
    ),
    ("methods: [[a]]", "3:13", "'extract.methods': expected a list of texts, got a list"),
    (
      "methods: [Deepfakes]", "3:12",
      "'extract.methods': expected [] unless dataset is faceforensics, got 1 names"
    ),
    ("images: 95", "3:11", "'extract.images': expected a mapping, got '95'"),
  ])
  func value(line: String, place: String, message: String) {
    #expect(failure("extract:\n  dataset: dfdc\n  \(line)\n") == "x.yaml:\(place): \(message)")
  }

  @Test(arguments: ["true", "True", "1", "\"false\"", "on"])
  func onlyTrueAndFalseAreFlags(word: String) throws {
    let yaml = "extract: {dataset: dfdc, detection: {brightenWhenEmpty: \(word)}}"
    if word == "true" {
      #expect(try extract(yaml).detection.brightenWhenEmpty)
    } else {
      #expect(failure(yaml).contains("expected true or false"))
    }
  }

  @Test func missingDataset() {
    let message =
      "'extract.dataset': is required: expected one of dfdc, faceforensics, celebdf, "
      + "folders, csv; write it into the file or give --set dataset=dfdc"
    #expect(failure("extract:\n  workers: 1\n") == "x.yaml:1:1: \(message)")
    #expect(failure("extract:\n  dataset:\n") == "x.yaml:2:11: \(message)")
    #expect(failure("train: {}\n") == "x.yaml: \(message)")
  }

  @Test func allProblemsAreReportedInTheOrderOfTheFile() {
    let yaml = "extract:\n  dataset: dfcd\n  sampling: {frames: 1}\n  workers: x\n"
    let lines = failure(yaml, set: ["images.jpegQuality=0"]).split(separator: "\n")
    #expect(
      lines.map { $0.prefix(13) } == [
        "x.yaml:2:12: ", "x.yaml:3:14: ", "x.yaml:4:12: ", "--set: 'extra",
      ])
    #expect(lines.first?.hasSuffix("got 'dfcd'; did you mean 'dfdc'?") == true)
  }

  @Test func manyProblemsAreCut() {
    let keys = (0..<500).map { "  banana\($0): 1\n" }.joined()
    let lines = failure("extract:\n  dataset: dfdc\n" + keys).split(separator: "\n")
    #expect(lines.count == 21)
    #expect(lines.last == "and 480 more")
  }

  @Test func longAndControlCharactersAreTamed() {
    let long = String(repeating: "a", count: 10_000)
    let yaml = "extract:\n  dataset: dfdc\n  workers: \"\\e[31m\(long)\"\n"
    let message = failure(yaml)
    #expect(message.contains("got the quoted string '\\u{1B}[31maaa"))
    #expect(message.utf8.count < 200)
    #expect(
      failure("extract:\n  dataset: dfdc\n  \(long.prefix(900)): 1\n").contains("…' in 'extract'"))
  }
}
