/// Which pictures of a video are looked at.
public struct FrameSampling: ContractValue {
  /// How they are chosen.
  public enum Rule: String, ContractChoice {
    /// The middles of equally long parts of the video, in presentation time.
    case evenlySpaced
  }

  /// Largest number of pictures of a video.
  public static let maximumFrames = 10_000

  /// Pictures that are looked at; all where the video has fewer.
  public var framesPerVideo: Int

  /// How they are chosen.
  public var rule: Rule

  /// Creates a sampling.
  public init(framesPerVideo: Int = 32, rule: Rule = .evenlySpaced) {
    self.framesPerVideo = framesPerVideo
    self.rule = rule
  }

  /// Reads a sampling; one that no video can have is an error.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    framesPerVideo = try values.decodeWhole(.framesPerVideo)
    rule = try values.decode(Rule.self, forKey: .rule)
    try validate(readFrom: decoder)
  }

  /// Throws where a value has no meaning.
  public func validate() throws(ContractError) {
    try require(framesPerVideo, in: 1...Self.maximumFrames, "framesPerVideo", "pictures")
  }
}
