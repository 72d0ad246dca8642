internal import Contract

extension ExtractConfiguration {
  /// Reads the section `extract:` of a pipeline file. The section `train:` may stand beside it and is
  /// left alone.
  ///
  /// - Parameters:
  ///   - path: The pipeline file. Relative paths inside it start at its folder.
  ///   - overrides: What `--set` gave, see `ConfigurationDocument.read`.
  package init(
    contentsOf path: String, overrides: [String] = []
  ) throws(ConfigurationError) {
    try self.init(ConfigurationDocument(contentsOf: path), overrides: overrides)
  }

  /// Reads the section `extract:` of a document.
  package init(
    _ document: ConfigurationDocument, overrides: [String] = []
  ) throws(ConfigurationError) {
    self = try document.read("extract", ignoring: ["train"], overrides: overrides) {
      ExtractConfiguration(reading: $0)
    }
  }

  private init(reading section: SectionReader) {
    self.init(dataset: section.choice("dataset", default: .folders, isRequired: true))
    input = section.optionalPath("input")
    store = section.optionalPath("store")
    workers = section.integer("workers", default: workers, in: 0...1024)
    unlabelled = section.choice("unlabelled", default: unlabelled)
    label = section.optionalChoice("label")
    numberedPictures = section.choice("numberedPictures", default: numberedPictures)
    methods = section.strings("methods", default: methods)
    compressions = section.strings("compressions", default: compressions)
    folders.read(section.section("folders"), isUsed: dataset == .folders)
    csv.read(section.section("csv"), isUsed: dataset == .csv)
    sampling.read(section.section("sampling"))
    detection.read(section.section("detection"))
    tracks.read(section.section("tracks"))
    alignment.read(section.section("alignment"))
    images.read(section.section("images"))
    shards.read(section.section("shards"))
    if let label, dataset != .folders {
      section.reject("label", "expected null unless dataset is folders, got '\(label.rawValue)'")
    }
    if dataset != .faceforensics {
      for (key, names) in [("methods", methods), ("compressions", compressions)]
      where !names.isEmpty {
        section.reject(key, "expected [] unless dataset is faceforensics, got \(names.count) names")
      }
    }
  }
}

extension ExtractConfiguration.Folders {
  fileprivate mutating func read(_ section: SectionReader, isUsed: Bool) {
    real = section.strings("real", default: real)
    fake = section.strings("fake", default: fake)
    guard !isUsed else { return }
    for (key, names) in [("real", real), ("fake", fake)] where !names.isEmpty {
      section.reject(key, "expected [] unless dataset is folders, got \(names.count) names")
    }
  }
}

extension ExtractConfiguration.CSV {
  fileprivate mutating func read(_ section: SectionReader, isUsed: Bool) {
    path = section.optionalString("path")
    label = section.optionalString("label")
    fake = section.optionalString("fake")
    group = section.optionalString("group")
    split = section.optionalString("split")
    folder = section.optionalPath("folder")
    guard !isUsed else { return }
    let given = [
      ("path", path), ("label", label), ("fake", fake), ("group", group), ("split", split),
      ("folder", folder),
    ]
    for (key, value) in given {
      if let value { section.reject(key, "expected null unless dataset is csv, got '\(value)'") }
    }
  }
}

extension ExtractConfiguration.Sampling {
  fileprivate mutating func read(_ section: SectionReader) {
    framesPerVideo = section.integer("framesPerVideo", default: framesPerVideo, in: 1...10000)
    framesPerSecond = section.optionalNumber("framesPerSecond", in: 0.001...1000)
    skipUnneededFrames = section.flag("skipUnneededFrames", default: skipUnneededFrames)
  }
}

extension ExtractConfiguration.Detection {
  fileprivate mutating func read(_ section: SectionReader) {
    weights = section.path("weights", default: weights)
    thresholds = section.numbers("thresholds", default: thresholds, in: 0...1)
    minimumFaceSize = section.integer("minimumFaceSize", default: minimumFaceSize, in: 12...4096)
    pyramidFactor = section.number("pyramidFactor", default: pyramidFactor, in: 0.3...0.95)
    searchShortSide = section.integer(
      "searchShortSide", default: searchShortSide, in: 64...8640, zeroMeans: "full size")
    fullSearchInterval = section.integer(
      "fullSearchInterval", default: fullSearchInterval, in: 1...10000)
    brightenWhenEmpty = section.flag("brightenWhenEmpty", default: brightenWhenEmpty)
    reuseOriginals = section.flag("reuseOriginals", default: reuseOriginals)
  }
}

extension ExtractConfiguration.Tracks {
  fileprivate mutating func read(_ section: SectionReader) {
    minimumFrames = section.integer("minimumFrames", default: minimumFrames, in: 1...10000)
    minimumScore = section.number("minimumScore", default: minimumScore, in: 0...1)
    maximumPerVideo = section.integer("maximumPerVideo", default: maximumPerVideo, in: 0...10000)
  }
}

extension ExtractConfiguration.Alignment {
  fileprivate mutating func read(_ section: SectionReader) {
    kind = section.choice("kind", default: kind)
    margin = section.number("margin", default: margin, in: 1...4)
    size = section.integer("size", default: size, in: 32...1024)
    fill = section.choice("fill", default: fill)
  }
}

extension ExtractConfiguration.Images {
  fileprivate mutating func read(_ section: SectionReader) {
    jpegQuality = section.integer("jpegQuality", default: jpegQuality, in: 1...100)
  }
}

extension ExtractConfiguration.Shards {
  fileprivate mutating func read(_ section: SectionReader) {
    maximumMebibytes = section.integer(
      "maximumMebibytes", default: maximumMebibytes, in: 1...65536)
  }
}
