internal import PrintableText

/// A value that has no meaning: which one, what it must be, and what it is.
public struct ContractError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The value's name, with those of the values around it: `recipe.geometry.margin`. Empty for a
  /// document as a whole.
  public let key: String
  /// What was expected.
  public let expected: String
  /// What was found.
  public let got: String
  /// What to try; nil where the sentence says it already.
  public let advice: String?

  /// Creates an error.
  public init(key: String, expected: String, got: String, advice: String? = nil) {
    self.key = key
    self.expected = expected
    self.got = got
    self.advice = advice
  }

  /// The sentence without the value's name.
  public var message: String {
    "expected \(expected), got \(got)" + (advice.map { "; " + $0 } ?? "")
  }

  /// `key: expected ..., got ...; advice`.
  public var description: String {
    (key.isEmpty ? message : "\(key): \(message)").printable
  }

  /// The error as a decoder throws it.
  public func decodingError(at decoder: any Decoder) -> DecodingError {
    .dataCorrupted(
      DecodingError.Context(
        codingPath: decoder.codingPath, debugDescription: description, underlyingError: self))
  }

  /// The same error of a value inside another one.
  public func within(_ path: String) -> ContractError {
    let name = [path, key].filter { !$0.isEmpty }.joined(separator: ".")
    return ContractError(key: name, expected: expected, got: got, advice: advice)
  }
}
