/// Which tracks count at the end of a video.
package struct TrackSettings: ContractValue {
  /// Pictures in which a person has to be found, but never more than a quarter of the pictures that
  /// were searched: the face of a one-picture video counts.
  package var minimumFrames: Int

  /// How much less sure a track may be that is found in half of the pictures or more: a mistake
  /// doesn't last, and a face in poor light does.
  package static let lastingTrackAllowance: Float = 0.1

  /// Mean score that a track needs, 0...1; `lastingTrackAllowance` less for a lasting one.
  package var minimumScore: Float

  /// How many tracks are kept: the longest, of equally long ones those with larger faces; 0 keeps
  /// all.
  package var maximumTracks: Int

  /// For how many pictures a face may be out of sight and still be the same track.
  package var maximumGap: Int

  /// Creates settings.
  package init(
    minimumFrames: Int = 3, minimumScore: Float = 0.9, maximumTracks: Int = 0, maximumGap: Int = 5
  ) {
    self.minimumFrames = minimumFrames
    self.minimumScore = minimumScore
    self.maximumTracks = maximumTracks
    self.maximumGap = maximumGap
  }

  /// Reads settings; those without a meaning are an error.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    minimumFrames = try values.decodeWhole(.minimumFrames)
    minimumScore = try values.decodeNumber(.minimumScore)
    maximumTracks = try values.decodeWhole(.maximumTracks)
    maximumGap = try values.decodeWhole(.maximumGap)
    try validate(readFrom: decoder)
  }

  /// Throws where a value has no meaning.
  package func validate() throws(ContractError) {
    for (name, value) in [
      ("minimumFrames", minimumFrames), ("maximumTracks", maximumTracks),
      ("maximumGap", maximumGap),
    ] {
      // The bound leaves room to count on.
      try require(value, in: 0...1_000_000, name, "pictures or tracks")
    }
    guard (0...1).contains(minimumScore) else {
      throw ContractError(
        key: "minimumScore", expected: "a score of 0...1", got: "\(minimumScore)",
        advice: "usual is 0.9")
    }
  }
}
