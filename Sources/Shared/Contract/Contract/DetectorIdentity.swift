/// The detector that finds the faces.
package struct DetectorIdentity: ContractValue {
  /// Name of MTCNN, the only detector.
  package static let mtcnn = "MTCNN"

  /// Name that stands for no detector: pictures are crops already.
  package static let nothing = "none"

  package var name: String

  /// Checksums of its networks' weights; nil if unknown, as in files of version 1.
  package var weights: String?

  package init(name: String = mtcnn, weights: String? = nil) {
    self.name = name
    self.weights = weights
  }

  /// Reads a detector; throws if its name is unknown.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    weights = try values.decodeIfPresent(String.self, forKey: .weights)
    try validate(readFrom: decoder)
  }

  package func validate() throws(ContractError) {
    guard name == Self.mtcnn || name == Self.nothing else {
      throw ContractError(
        key: "name", expected: "\(Self.mtcnn) or \(Self.nothing)", got: "\"\(name.prefix(60))\"",
        advice: "a later version of this software may know it")
    }
    guard name != Self.nothing || weights == nil else {
      throw ContractError(
        key: "weights", expected: "nothing, for there is no detector", got: "a checksum")
    }
  }
}
