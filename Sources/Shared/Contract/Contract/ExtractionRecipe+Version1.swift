extension ExtractionRecipe {
  /// Creates the recipe of a store of format version 1, which has a dictionary of texts instead of
  /// a recipe: the keys and values of the pipeline file.
  ///
  /// Settings that have no key there were constants of the software that wrote version 1: frames
  /// evenly spaced in time, pixels as they are coded, tracks that continue after gaps of up to 5
  /// frames, MTCNN, JPEG files in 4:4:4. A missing key gets that software's default. The detector's
  /// weights are unknown.
  ///
  /// - Parameters:
  ///   - texts: the dictionary `pipeline` of `store.json`; unknown keys are ignored.
  ///   - geometry: the crop geometry of `store.json`.
  /// - Throws: if a value doesn't fit its key.
  package init(
    version1 texts: [String: String], geometry: CropGeometry
  ) throws(ContractError) {
    self.init(
      sampling: FrameSampling(framesPerVideo: 32, rule: .evenlySpaced), pixels: .version1,
      detector: DetectorIdentity(name: DetectorIdentity.mtcnn, weights: nil),
      search: FaceSearchSettings(
        cascade: MTCNNSettings(
          proposalThreshold: 0.6, refinementThreshold: 0.7, outputThreshold: 0.7,
          minimumFaceSize: 20, pyramidFactor: 0.709),
        searchShortSide: 360, fullSearchInterval: 8, brightenWhenEmpty: true),
      tracks: TrackSettings(
        minimumFrames: 3, minimumScore: 0.9, maximumTracks: 0, maximumGap: 5),
      geometry: geometry, images: CropEncoding(jpegQuality: 95, chroma: .full))
    version = 1
    let reader = Version1Reader(texts: texts)
    try reader.read("sampling.framesPerVideo", into: &sampling.framesPerVideo)
    try reader.readThresholds(into: &search.cascade)
    try reader.read("detection.minimumFaceSize", into: &search.cascade.minimumFaceSize)
    try reader.read("detection.pyramidFactor", into: &search.cascade.pyramidFactor)
    try reader.read("detection.searchShortSide", into: &search.searchShortSide)
    try reader.read("detection.fullSearchInterval", into: &search.fullSearchInterval)
    try reader.read("detection.brightenWhenEmpty", into: &search.brightenWhenEmpty)
    try reader.read("tracks.minimumFrames", into: &tracks.minimumFrames)
    try reader.read("tracks.minimumScore", into: &tracks.minimumScore)
    try reader.read("tracks.maximumPerVideo", into: &tracks.maximumTracks)
    try reader.read("images.jpegQuality", into: &images.jpegQuality)
    try validate()
  }
}

/// The values of a version 1 dictionary.
private struct Version1Reader {
  let texts: [String: String]

  func read<Value: LosslessStringConvertible>(
    _ key: String, into value: inout Value
  ) throws(ContractError) {
    guard let text = texts[key] else { return }
    guard let read = Value(text) else {
      throw ContractError(
        key: key, expected: "a value such as \(value)", got: "\"\(text.prefix(60))\"")
    }
    value = read
  }

  func readThresholds(into cascade: inout MTCNNSettings) throws(ContractError) {
    let key = "detection.thresholds"
    guard let text = texts[key] else { return }
    let numbers = text.dropFirst().dropLast().split(separator: ",").compactMap {
      Float($0.drop { $0 == " " })
    }
    guard text.first == "[", text.last == "]", numbers.count == 3 else {
      throw ContractError(
        key: key, expected: "three numbers such as [0.6, 0.7, 0.7]", got: "\"\(text.prefix(60))\"")
    }
    cascade.proposalThreshold = numbers[0]
    cascade.refinementThreshold = numbers[1]
    cascade.outputThreshold = numbers[2]
  }
}
