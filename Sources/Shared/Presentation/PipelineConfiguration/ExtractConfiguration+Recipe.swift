package import Contract

extension ExtractConfiguration {
  /// All that determines which crops a video gives.
  ///
  /// - Parameter detectorWeights: checksum of the detector's weights.
  package func recipe(detectorWeights: String?) -> ExtractionRecipe {
    guard alignment.kind != .whole else { return recipeOfWholePictures }
    // Reading makes sure of three thresholds.
    let thresholds = detection.thresholds.map { Float($0) }
    return ExtractionRecipe(
      sampling: FrameSampling(framesPerVideo: sampling.framesPerVideo),
      detector: DetectorIdentity(weights: detectorWeights),
      search: FaceSearchSettings(
        cascade: MTCNNSettings(
          proposalThreshold: thresholds[0], refinementThreshold: thresholds[1],
          outputThreshold: thresholds[2], minimumFaceSize: Double(detection.minimumFaceSize),
          pyramidFactor: detection.pyramidFactor),
        searchShortSide: detection.searchShortSide,
        fullSearchInterval: detection.fullSearchInterval,
        brightenWhenEmpty: detection.brightenWhenEmpty,
        reusesOriginals: detection.reuseOriginals),
      tracks: TrackSettings(
        minimumFrames: tracks.minimumFrames, minimumScore: Float(tracks.minimumScore),
        maximumTracks: tracks.maximumPerVideo),
      geometry: CropGeometry(
        alignment: alignment.kind, margin: alignment.margin, sizePixels: alignment.size,
        fill: alignment.fill),
      images: CropEncoding(jpegQuality: images.jpegQuality))
  }

  /// Nothing is searched for and nobody followed: settings of that are left at their defaults, so that
  /// equal crops have equal recipes.
  private var recipeOfWholePictures: ExtractionRecipe {
    ExtractionRecipe(
      sampling: FrameSampling(framesPerVideo: sampling.framesPerVideo),
      detector: DetectorIdentity(name: DetectorIdentity.nothing),
      geometry: CropGeometry(alignment: .whole, margin: 1, sizePixels: alignment.size),
      images: CropEncoding(jpegQuality: images.jpegQuality))
  }
}
