/// Which detector finds the faces.
public struct DetectorIdentity: ContractValue {
  /// The name of MTCNN, the one detector there is.
  public static let mtcnn = "MTCNN"

  /// Name of the detector.
  public var name: String

  /// Checksums of its networks' weights; nil where they aren't known, as in files of version 1.
  public var weights: String?

  /// Names a detector.
  public init(name: String = mtcnn, weights: String? = nil) {
    self.name = name
    self.weights = weights
  }

  /// Reads a detector's name; that of one which isn't there is an error.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    weights = try values.decodeIfPresent(String.self, forKey: .weights)
    try validate(readFrom: decoder)
  }

  /// Throws where a value has no meaning.
  public func validate() throws(ContractError) {
    guard name == Self.mtcnn else {
      throw ContractError(
        key: "name", expected: Self.mtcnn, got: "\"\(name)\"",
        advice: "a later version of this software may know it")
    }
  }
}
