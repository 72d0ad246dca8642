/// Which detector finds the faces.
package struct DetectorIdentity: ContractValue {
  /// The name of MTCNN, the one detector there is.
  package static let mtcnn = "MTCNN"

  /// The name that stands for no detector: pictures are crops already.
  package static let nothing = "none"

  /// Name of the detector.
  package var name: String

  /// Checksums of its networks' weights; nil where they aren't known, as in files of version 1.
  package var weights: String?

  /// Names a detector.
  package init(name: String = mtcnn, weights: String? = nil) {
    self.name = name
    self.weights = weights
  }

  /// Reads a detector's name; that of one which isn't there is an error.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    weights = try values.decodeIfPresent(String.self, forKey: .weights)
    try validate(readFrom: decoder)
  }

  /// Throws where a value has no meaning.
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
