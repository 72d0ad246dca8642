/// All settings that determine the crops of a video.
///
/// They must be equal at training and at prediction time. The recipe is written into `store.json`,
/// copied into every checkpoint and model file, and read back by the detector, so that a model
/// never sees crops made by another recipe.
package struct ExtractionRecipe: ContractValue {
  /// Latest version of the extraction. It is raised when equal settings give other crops.
  ///
  /// Version 1 takes pixels as they are coded; version 2 has `pixels`; version 3 may fill crops
  /// with something other than black; version 4 may take the faces of a fake from its original. A
  /// new recipe has the lowest version that its settings allow.
  package static let currentVersion = 4

  /// Version of the extraction that the settings are for.
  package var version: Int
  /// Choice of the frames that are searched.
  package var sampling: FrameSampling
  package var pixels: PixelInterpretation
  /// The detector that finds the faces.
  package var detector: DetectorIdentity
  /// How faces are searched for.
  package var search: FaceSearchSettings
  /// Rules by which tracks are kept.
  package var tracks: TrackSettings
  /// How a face becomes a crop.
  package var geometry: CropGeometry
  /// How a crop becomes a file.
  package var images: CropEncoding

  package init(
    sampling: FrameSampling = FrameSampling(),
    pixels: PixelInterpretation = PixelInterpretation(),
    detector: DetectorIdentity = DetectorIdentity(),
    search: FaceSearchSettings = FaceSearchSettings(), tracks: TrackSettings = TrackSettings(),
    geometry: CropGeometry = CropGeometry(), images: CropEncoding = CropEncoding()
  ) {
    version = Self.requiredVersion(search, geometry)
    self.sampling = sampling
    self.pixels = pixels
    self.detector = detector
    self.search = search
    self.tracks = tracks
    self.geometry = geometry
    self.images = images
  }

  /// Reads a recipe; throws if this software can't follow it.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    version = try values.decodeWhole(.version)
    sampling = try values.decode(FrameSampling.self, forKey: .sampling)
    pixels =
      version == 1
      ? .version1 : try values.decode(PixelInterpretation.self, forKey: .pixels)
    detector = try values.decode(DetectorIdentity.self, forKey: .detector)
    search = try values.decode(FaceSearchSettings.self, forKey: .search)
    tracks = try values.decode(TrackSettings.self, forKey: .tracks)
    geometry = try values.decode(CropGeometry.self, forKey: .geometry)
    images = try values.decode(CropEncoding.self, forKey: .images)
    try validate(readFrom: decoder)
  }

  package func validate() throws(ContractError) {
    guard (1...Self.currentVersion).contains(version) else {
      throw ContractError(
        key: "version", expected: "1...\(Self.currentVersion)", got: "\(version)",
        advice: "a later version of this software follows it")
    }
    guard version > 1 || pixels == .version1 else {
      throw ContractError(
        key: "pixels", expected: "pixels as they are coded, in a recipe of version 1",
        got: "another interpretation")
    }
    guard version > 3 || !search.reusesOriginals else {
      throw ContractError(
        key: "search.reuseOriginals", expected: "false, in a recipe of version \(version)",
        got: "true")
    }
    guard version > 2 || geometry.fill == .black else {
      throw ContractError(
        key: "geometry.fill", expected: "black, in a recipe of version \(version)",
        got: geometry.fill.rawValue)
    }
    let parts: [(name: String, value: any ContractValue)] = [
      ("sampling", sampling), ("pixels", pixels), ("detector", detector), ("search", search),
      ("tracks", tracks), ("geometry", geometry), ("images", images),
    ]
    for part in parts {
      do throws(ContractError) {
        try part.value.validate()
      } catch {
        throw error.within(part.name)
      }
    }
    guard needsDetector == (detector.name != DetectorIdentity.nothing) else {
      throw ContractError(
        key: "detector.name",
        expected: needsDetector
          ? "a detector, for crops aligned by \(geometry.alignment.rawValue)"
          : "\(DetectorIdentity.nothing), for whole pictures",
        got: "\"\(detector.name)\"")
    }
  }

  /// The lowest version that has the settings.
  private static func requiredVersion(
    _ search: FaceSearchSettings, _ geometry: CropGeometry
  ) -> Int {
    if search.reusesOriginals { return 4 }
    return geometry.fill == .black ? 2 : 3
  }

  /// Whether faces are searched for; whole pictures are crops already.
  package var needsDetector: Bool { geometry.alignment != .whole }

  /// Returns the recipe in the version of another one: with its own settings, except that pixels
  /// are interpreted as in the other one.
  ///
  /// A store that was begun with an older version is continued with it, so that it never mixes two.
  /// A recipe whose settings need a later version keeps its own.
  package func following(versionOf other: ExtractionRecipe) -> ExtractionRecipe {
    var recipe = self
    let required = Self.requiredVersion(search, geometry)
    recipe.version = required == 2 ? other.version : max(other.version, required)
    recipe.pixels = other.pixels
    return recipe
  }
}

extension ExtractionRecipe {
  private enum CodingKeys: String, CodingKey {
    case version, sampling, pixels, detector, search, tracks, geometry, images
  }

  /// Writes the recipe in the format of its version.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(version, forKey: .version)
    try values.encode(sampling, forKey: .sampling)
    if version > 1 { try values.encode(pixels, forKey: .pixels) }
    try values.encode(detector, forKey: .detector)
    try values.encode(search, forKey: .search)
    try values.encode(tracks, forKey: .tracks)
    try values.encode(geometry, forKey: .geometry)
    try values.encode(images, forKey: .images)
  }
}
