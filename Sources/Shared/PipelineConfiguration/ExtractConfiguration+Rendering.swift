extension ExtractConfiguration {
  /// The settings that determine the crops in the store, by dotted key (`sampling.framesPerVideo`)
  /// with the value's canonical YAML. Equal for two runs whose stores may be joined. Paths, the
  /// number of workers, the choice of videos and the size of shards are not among them.
  public var contentSettings: [String: String] {
    let settings = lines.filter(\.determinesContent).map { ($0.key, $0.value) }
    return Dictionary(uniqueKeysWithValues: settings)
  }

  /// The whole configuration as a pipeline file with the section `extract:`. Reading it gives this
  /// configuration again.
  public var yaml: String {
    var text = "extract:\n"
    var section = ""
    for line in lines {
      let parts = line.key.split(separator: ".").map(String.init)
      guard parts.count == 2 else {
        text += "  \(line.key): \(line.value)\n"
        continue
      }
      if parts[0] != section { text += "  \(parts[0]):\n" }
      section = parts[0]
      text += "    \(parts[1]): \(line.value)\n"
    }
    return text
  }

  /// A setting by its dotted key, its value as YAML.
  struct Line {
    let key: String
    let value: String
    let determinesContent: Bool
  }

  /// All settings, those of a section together, in the order of the pipeline files.
  var lines: [Line] {
    [
      content("dataset", dataset.rawValue),
      other("input", input.map(quotedYAML) ?? "null"),
      other("store", store.map(quotedYAML) ?? "null"),
      other("workers", workers),
      other("unlabelled", unlabelled.rawValue),
      other("methods", list(methods.map(quotedYAML))),
      other("compressions", list(compressions.map(quotedYAML))),
      content("sampling.framesPerVideo", sampling.framesPerVideo),
      other("sampling.skipUnneededFrames", sampling.skipUnneededFrames),
      other("detection.weights", quotedYAML(detection.weights)),
      content("detection.thresholds", list(detection.thresholds)),
      content("detection.minimumFaceSize", detection.minimumFaceSize),
      content("detection.pyramidFactor", detection.pyramidFactor),
      content("detection.searchShortSide", detection.searchShortSide),
      content("detection.fullSearchInterval", detection.fullSearchInterval),
      content("detection.brightenWhenEmpty", detection.brightenWhenEmpty),
      content("tracks.minimumFrames", tracks.minimumFrames),
      content("tracks.minimumScore", tracks.minimumScore),
      content("tracks.maximumPerVideo", tracks.maximumPerVideo),
      content("alignment.kind", alignment.kind.rawValue),
      content("alignment.margin", alignment.margin),
      content("alignment.size", alignment.size),
      content("images.jpegQuality", images.jpegQuality),
      other("shards.maximumMebibytes", shards.maximumMebibytes),
    ]
  }

  private func content(_ key: String, _ value: some CustomStringConvertible) -> Line {
    Line(key: key, value: value.description, determinesContent: true)
  }

  private func other(_ key: String, _ value: some CustomStringConvertible) -> Line {
    Line(key: key, value: value.description, determinesContent: false)
  }

  private func list(_ values: [some CustomStringConvertible]) -> String {
    "[" + values.map(\.description).joined(separator: ", ") + "]"
  }
}
