/// Which pictures of a video are looked at.
package struct FrameSampling: ContractValue {
  /// How they are chosen.
  package enum Rule: String, ContractChoice {
    /// The middles of equally long parts of the video, in presentation time.
    case evenlySpaced
  }

  /// Largest number of pictures of a video.
  package static let maximumFrames = 10_000

  /// Pictures that are looked at; all where the video has fewer.
  package var framesPerVideo: Int

  /// How they are chosen.
  package var rule: Rule

  /// Creates a sampling.
  package init(framesPerVideo: Int = 32, rule: Rule = .evenlySpaced) {
    self.framesPerVideo = framesPerVideo
    self.rule = rule
  }

  /// Reads a sampling; one that no video can have is an error.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    framesPerVideo = try values.decodeWhole(.framesPerVideo)
    rule = try values.decode(Rule.self, forKey: .rule)
    try validate(readFrom: decoder)
  }

  /// Throws where a value has no meaning.
  package func validate() throws(ContractError) {
    try require(framesPerVideo, in: 1...Self.maximumFrames, "framesPerVideo", "pictures")
  }
}
