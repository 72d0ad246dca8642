/// A value of the contract, which is validated wherever it is decoded.
package protocol ContractValue: Codable, Sendable, Equatable {
  /// Throws an error that names the first part that isn't valid.
  func validate() throws(ContractError)
}

extension ContractValue {
  /// Validates what `init(from:)` has just read.
  func validate(readFrom decoder: any Decoder) throws {
    do throws(ContractError) {
      try validate()
    } catch {
      throw error.decodingError(at: decoder)
    }
  }
}

/// One of a few names. Decoding any other name throws an error that lists them.
package protocol ContractChoice: RawRepresentable<String>, CaseIterable, Codable, Sendable {}

extension ContractChoice {
  package init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    guard let choice = Self(rawValue: name) else {
      throw ContractError(
        key: "", expected: Self.allCases.map(\.rawValue).joined(separator: " or "),
        got: "\"\(name.prefix(60))\""
      ).decodingError(at: decoder)
    }
    self = choice
  }
}

/// Throws unless a number lies within its bounds; NaN never does.
func require<Number: Comparable & CustomStringConvertible>(
  _ value: Number, in bounds: ClosedRange<Number>, _ key: String, _ unit: String
) throws(ContractError) {
  guard bounds.contains(value) else {
    throw ContractError(
      key: key, expected: "\(bounds.lowerBound)...\(bounds.upperBound) \(unit)", got: "\(value)")
  }
}
