internal import Contract

extension ExtractConfiguration {
  /// The settings that determine the crops in the store, by dotted key (`sampling.framesPerVideo`)
  /// with the value's canonical YAML. Equal for two runs whose stores may be joined. Paths, the
  /// number of workers, the choice of videos, how their labels are found, and the size of shards are not among them.
  package var contentSettings: [String: String] {
    lines.decisive
  }

  /// The whole configuration as a pipeline file with the section `extract:`. Reading it gives this
  /// configuration again.
  package var yaml: String {
    lines.yaml(section: "extract")
  }

  /// All settings, those of a section together, in the order of the pipeline files.
  var lines: [SettingLine] {
    [
      .decisive("dataset", dataset.rawValue),
      .harmless("input", input.map(quotedYAML) ?? "null"),
      .harmless("store", store.map(quotedYAML) ?? "null"),
      .harmless("workers", workers),
      .harmless("unlabelled", unlabelled.rawValue),
      .harmless("label", label?.rawValue ?? "null"),
      .decisive("numberedPictures", numberedPictures.rawValue),
      .harmless("methods", listYAML(methods.map(quotedYAML))),
      .harmless("compressions", listYAML(compressions.map(quotedYAML))),
      .harmless("folders.real", listYAML(folders.real.map(quotedYAML))),
      .harmless("folders.fake", listYAML(folders.fake.map(quotedYAML))),
      .harmless("csv.path", csv.path.map(quotedYAML) ?? "null"),
      .harmless("csv.label", csv.label.map(quotedYAML) ?? "null"),
      .harmless("csv.fake", csv.fake.map(quotedYAML) ?? "null"),
      .harmless("csv.group", csv.group.map(quotedYAML) ?? "null"),
      .harmless("csv.split", csv.split.map(quotedYAML) ?? "null"),
      .harmless("csv.folder", csv.folder.map(quotedYAML) ?? "null"),
      .decisive("sampling.framesPerVideo", sampling.framesPerVideo),
      .decisive("sampling.framesPerSecond", sampling.framesPerSecond.map(shortText) ?? "null"),
      .harmless("sampling.skipUnneededFrames", sampling.skipUnneededFrames),
      .harmless("detection.weights", quotedYAML(detection.weights)),
      .decisive("detection.thresholds", listYAML(detection.thresholds)),
      .decisive("detection.minimumFaceSize", detection.minimumFaceSize),
      .decisive("detection.pyramidFactor", detection.pyramidFactor),
      .decisive("detection.searchShortSide", detection.searchShortSide),
      .decisive("detection.fullSearchInterval", detection.fullSearchInterval),
      .decisive("detection.brightenWhenEmpty", detection.brightenWhenEmpty),
      .decisive("detection.reuseOriginals", detection.reuseOriginals, absent: "false"),
      .decisive("tracks.minimumFrames", tracks.minimumFrames),
      .decisive("tracks.minimumScore", tracks.minimumScore),
      .decisive("tracks.maximumPerVideo", tracks.maximumPerVideo),
      .decisive("alignment.kind", alignment.kind.rawValue),
      .decisive("alignment.margin", alignment.margin),
      .decisive("alignment.size", alignment.size),
      .decisive("alignment.fill", alignment.fill.rawValue, absent: "black"),
      .decisive("images.jpegQuality", images.jpegQuality),
      .harmless("shards.maximumMebibytes", shards.maximumMebibytes),
    ]
  }
}
