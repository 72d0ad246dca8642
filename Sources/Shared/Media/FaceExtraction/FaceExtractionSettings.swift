public import Contract

/// Everything that determines which crops a video gives.
public struct FaceExtractionSettings: Sendable, Equatable {
  /// Pictures that are looked at, evenly spaced in presentation time.
  public var framesPerVideo: Int
  /// Decode only what these pictures need; changes no byte of the result.
  public var skipsUnneededFrames: Bool
  /// How faces are found.
  public var search: FaceSearchSettings
  /// Which tracks are kept.
  public var tracks: TrackSettings
  /// How a face becomes a crop.
  public var geometry: CropGeometry
  /// Quality of the JPEG files, 1...100.
  public var jpegQuality: Int

  /// Creates settings.
  public init(
    framesPerVideo: Int = 32, skipsUnneededFrames: Bool = true,
    search: FaceSearchSettings = FaceSearchSettings(),
    tracks: TrackSettings = TrackSettings(), geometry: CropGeometry = CropGeometry(),
    jpegQuality: Int = 95
  ) {
    self.framesPerVideo = framesPerVideo
    self.skipsUnneededFrames = skipsUnneededFrames
    self.search = search
    self.tracks = tracks
    self.geometry = geometry
    self.jpegQuality = jpegQuality
  }
}
