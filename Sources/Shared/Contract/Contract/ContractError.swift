internal import PrintableText

/// A value that has no meaning: which one, what it must be, and what it is.
package struct ContractError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The value's name, with those of the values around it: `recipe.geometry.margin`. Empty for a
  /// document as a whole.
  package let key: String
  /// What was expected.
  package let expected: String
  /// What was found.
  package let got: String
  /// What to try; nil where the sentence says it already.
  package let advice: String?

  /// Creates an error.
  package init(key: String, expected: String, got: String, advice: String? = nil) {
    self.key = key
    self.expected = expected
    self.got = got
    self.advice = advice
  }

  /// The sentence without the value's name.
  package var message: String {
    "expected \(expected), got \(got)" + (advice.map { "; " + $0 } ?? "")
  }

  /// `key: expected ..., got ...; advice`.
  package var description: String {
    (key.isEmpty ? message : "\(key): \(message)").printable
  }

  /// The error as a decoder throws it.
  package func decodingError(at decoder: any Decoder) -> DecodingError {
    .dataCorrupted(
      DecodingError.Context(
        codingPath: decoder.codingPath, debugDescription: description, underlyingError: self))
  }

  /// The same error of a value inside another one.
  package func within(_ path: String) -> ContractError {
    let name = [path, key].filter { !$0.isEmpty }.joined(separator: ".")
    return ContractError(key: name, expected: expected, got: got, advice: advice)
  }
}
