/// Number and choice of the frames of a video that are searched for faces.
package struct FrameSampling: ContractValue {
  /// How frames are chosen.
  package enum Rule: String, ContractChoice {
    /// The frames at the middles of equally long parts of the video, in presentation time.
    case evenlySpaced
  }

  /// Largest valid `framesPerVideo`.
  package static let maximumFrames = 10_000

  /// Number of frames; a video that has fewer is searched in all of them.
  package var framesPerVideo: Int

  package var rule: Rule

  package init(framesPerVideo: Int = 32, rule: Rule = .evenlySpaced) {
    self.framesPerVideo = framesPerVideo
    self.rule = rule
  }

  /// Reads a sampling; throws if a value is out of range.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    framesPerVideo = try values.decodeWhole(.framesPerVideo)
    rule = try values.decode(Rule.self, forKey: .rule)
    try validate(readFrom: decoder)
  }

  package func validate() throws(ContractError) {
    try require(framesPerVideo, in: 1...Self.maximumFrames, "framesPerVideo", "pictures")
  }
}
