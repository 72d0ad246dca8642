/// All that determines which crops a video gives.
///
/// What must be equal at training and at prediction time stands here once. The value is written into
/// `store.json`, copied into every checkpoint and model file, and read back by the detector: a model
/// can't be fed crops that it wasn't trained on.
public struct ExtractionRecipe: ContractValue {
  /// The version of the way from a video to crops. It rises when equal settings give other crops.
  public static let currentVersion = 1

  /// Version of the way that these settings are for.
  public var version: Int
  /// Which pictures of a video are looked at.
  public var sampling: FrameSampling
  /// What finds the faces.
  public var detector: DetectorIdentity
  /// How faces are searched for.
  public var search: FaceSearchSettings
  /// Which tracks of faces are kept.
  public var tracks: TrackSettings
  /// How a face becomes a crop.
  public var geometry: CropGeometry
  /// How a crop becomes a file.
  public var images: CropEncoding

  /// Creates a recipe for this software.
  public init(
    sampling: FrameSampling = FrameSampling(), detector: DetectorIdentity = DetectorIdentity(),
    search: FaceSearchSettings = FaceSearchSettings(), tracks: TrackSettings = TrackSettings(),
    geometry: CropGeometry = CropGeometry(), images: CropEncoding = CropEncoding()
  ) {
    version = Self.currentVersion
    self.sampling = sampling
    self.detector = detector
    self.search = search
    self.tracks = tracks
    self.geometry = geometry
    self.images = images
  }

  /// Reads a recipe; one that can't be followed is an error.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    version = try values.decodeWhole(.version)
    sampling = try values.decode(FrameSampling.self, forKey: .sampling)
    detector = try values.decode(DetectorIdentity.self, forKey: .detector)
    search = try values.decode(FaceSearchSettings.self, forKey: .search)
    tracks = try values.decode(TrackSettings.self, forKey: .tracks)
    geometry = try values.decode(CropGeometry.self, forKey: .geometry)
    images = try values.decode(CropEncoding.self, forKey: .images)
    try validate(readFrom: decoder)
  }

  /// Throws where a value has no meaning.
  public func validate() throws(ContractError) {
    guard (1...Self.currentVersion).contains(version) else {
      throw ContractError(
        key: "version", expected: "\(Self.currentVersion)", got: "\(version)",
        advice: "a later version of this software follows it")
    }
    let parts: [(name: String, value: any ContractValue)] = [
      ("sampling", sampling), ("detector", detector), ("search", search), ("tracks", tracks),
      ("geometry", geometry), ("images", images),
    ]
    for part in parts {
      do throws(ContractError) {
        try part.value.validate()
      } catch {
        throw error.within(part.name)
      }
    }
  }
}
