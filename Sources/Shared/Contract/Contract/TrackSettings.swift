/// Rules by which the tracks of a video are kept.
package struct TrackSettings: ContractValue {
  /// Number of frames in which a face must be found, but never more than a quarter of the frames
  /// that were searched: the face in a one-frame video is kept.
  package var minimumFrames: Int

  /// Allowance in the mean score for a track that is found in half of the frames or more: a false
  /// detection doesn't last that long, a face in poor light does.
  package static let lastingTrackAllowance: Float = 0.1

  /// Minimum mean score of a track, 0...1; `lastingTrackAllowance` less for a lasting one.
  package var minimumScore: Float

  /// Maximum number of tracks: the longest are kept and, among equally long ones, those with larger
  /// faces. 0 keeps all.
  package var maximumTracks: Int

  /// Maximum number of frames for which a face may be out of sight without starting a new track.
  package var maximumGap: Int

  package init(
    minimumFrames: Int = 3, minimumScore: Float = 0.9, maximumTracks: Int = 0, maximumGap: Int = 5
  ) {
    self.minimumFrames = minimumFrames
    self.minimumScore = minimumScore
    self.maximumTracks = maximumTracks
    self.maximumGap = maximumGap
  }

  /// Reads settings; throws if a value is out of range.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    minimumFrames = try values.decodeWhole(.minimumFrames)
    minimumScore = try values.decodeNumber(.minimumScore)
    maximumTracks = try values.decodeWhole(.maximumTracks)
    maximumGap = try values.decodeWhole(.maximumGap)
    try validate(readFrom: decoder)
  }

  package func validate() throws(ContractError) {
    for (name, value) in [
      ("minimumFrames", minimumFrames), ("maximumTracks", maximumTracks),
      ("maximumGap", maximumGap),
    ] {
      // The bound keeps arithmetic with the numbers from overflowing.
      try require(value, in: 0...1_000_000, name, "pictures or tracks")
    }
    guard (0...1).contains(minimumScore) else {
      throw ContractError(
        key: "minimumScore", expected: "a score of 0...1", got: "\(minimumScore)",
        advice: "usual is 0.9")
    }
  }
}
