extension ExtractionRecipe {
  /// A setting of a recipe, to be shown to people.
  package struct Setting: Sendable, Equatable {
    /// Its key in the section `extract:` of a pipeline file, if it has one there.
    package let name: String
    /// Its value; nil if unknown.
    package let value: String?
  }

  /// Every setting by name, in the order of the pipeline files.
  package var settings: [Setting] {
    let cascade = search.cascade
    let thresholds = [
      cascade.proposalThreshold, cascade.refinementThreshold, cascade.outputThreshold,
    ]
    return [
      Setting(name: "version", value: "\(version)"),
      Setting(name: "sampling.framesPerVideo", value: "\(sampling.framesPerVideo)"),
      Setting(name: "sampling.rule", value: sampling.rule.rawValue),
      Setting(name: "pixels.colour", value: pixels.colour.rawValue),
      Setting(name: "pixels.fields", value: pixels.fields.rawValue),
      Setting(name: "pixels.shape", value: pixels.shape.rawValue),
      Setting(name: "pixels.orientation", value: pixels.orientation.rawValue),
      Setting(name: "pixels.transparency", value: pixels.transparency.rawValue),
      Setting(name: "detection.detector", value: detector.name),
      Setting(name: "detection.weights", value: detector.weights),
      Setting(name: "detection.thresholds", value: "\(thresholds)"),
      Setting(name: "detection.minimumFaceSize", value: Self.text(cascade.minimumFaceSize)),
      Setting(name: "detection.pyramidFactor", value: "\(cascade.pyramidFactor)"),
      Setting(name: "detection.searchShortSide", value: "\(search.searchShortSide)"),
      Setting(name: "detection.fullSearchInterval", value: "\(search.fullSearchInterval)"),
      Setting(name: "detection.brightenWhenEmpty", value: "\(search.brightenWhenEmpty)"),
      Setting(name: "detection.reuseOriginals", value: "\(search.reusesOriginals)"),
      Setting(name: "tracks.minimumFrames", value: "\(tracks.minimumFrames)"),
      Setting(name: "tracks.minimumScore", value: "\(tracks.minimumScore)"),
      Setting(name: "tracks.maximumPerVideo", value: "\(tracks.maximumTracks)"),
      Setting(name: "tracks.maximumGap", value: "\(tracks.maximumGap)"),
      Setting(name: "alignment.kind", value: geometry.alignment.rawValue),
      Setting(name: "alignment.margin", value: "\(geometry.margin)"),
      Setting(name: "alignment.size", value: "\(geometry.sizePixels)"),
      Setting(name: "alignment.fill", value: geometry.fill.rawValue),
      Setting(name: "images.jpegQuality", value: "\(images.jpegQuality)"),
      Setting(name: "images.chroma", value: images.chroma.rawValue),
    ]
  }

  /// A setting in which two recipes differ.
  package struct Difference: Sendable, Equatable {
    package let name: String
    /// Its value in this recipe.
    package let value: String
    /// Its value in the other recipe.
    package let other: String
  }

  /// The settings in which this recipe and another one differ, in the order of the pipeline files.
  /// A setting whose value is unknown in one of them is left out.
  package func differences(from other: ExtractionRecipe) -> [Difference] {
    zip(settings, other.settings).compactMap { mine, theirs in
      guard let value = mine.value, let known = theirs.value, value != known else { return nil }
      return Difference(name: mine.name, value: value, other: known)
    }
  }

  /// Returns a whole number without a fraction, as people write it.
  private static func text(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
