/// Settings of MTCNN's cascade of three networks. The defaults are facenet-pytorch's.
package struct MTCNNSettings: ContractValue {
  /// Minimum score of a proposal, 0...1.
  package var proposalThreshold: Float
  /// Minimum score of a refined proposal, 0...1.
  package var refinementThreshold: Float
  /// Minimum score of a face, 0...1.
  package var outputThreshold: Float
  /// Side of the smallest face that is searched for, in pixels of the picture.
  package var minimumFaceSize: Double
  /// Size of a pyramid level relative to the one before it.
  package var pyramidFactor: Double

  package init(
    proposalThreshold: Float = 0.6, refinementThreshold: Float = 0.7, outputThreshold: Float = 0.7,
    minimumFaceSize: Double = 20, pyramidFactor: Double = 0.709
  ) {
    self.proposalThreshold = proposalThreshold
    self.refinementThreshold = refinementThreshold
    self.outputThreshold = outputThreshold
    self.minimumFaceSize = minimumFaceSize
    self.pyramidFactor = pyramidFactor
  }

  /// Reads settings; throws if a value is out of range.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    proposalThreshold = try values.decodeNumber(.proposalThreshold)
    refinementThreshold = try values.decodeNumber(.refinementThreshold)
    outputThreshold = try values.decodeNumber(.outputThreshold)
    minimumFaceSize = try values.decodeNumber(.minimumFaceSize)
    pyramidFactor = try values.decodeNumber(.pyramidFactor)
    try validate(readFrom: decoder)
  }

  package func validate() throws(ContractError) {
    for (name, value) in [
      ("proposalThreshold", proposalThreshold), ("refinementThreshold", refinementThreshold),
      ("outputThreshold", outputThreshold),
    ] where !(0...1).contains(value) {
      throw ContractError(
        key: name, expected: "a score of 0...1", got: "\(value)", advice: "usual are 0.6, 0.7, 0.7")
    }
    guard (12...65536).contains(minimumFaceSize) else {
      throw ContractError(
        key: "minimumFaceSize", expected: "12 pixels or more", got: "\(minimumFaceSize)",
        advice: "usual is 20")
    }
    guard (0.1...0.95).contains(pyramidFactor) else {
      throw ContractError(
        key: "pyramidFactor", expected: "0.1...0.95", got: "\(pyramidFactor)",
        advice: "usual is 0.709")
    }
  }
}
