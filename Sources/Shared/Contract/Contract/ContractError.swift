internal import PrintableText

/// An invalid value: which one, what was expected and what was found.
package struct ContractError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Path of the value, such as `recipe.geometry.margin`; empty for the document as a whole.
  package let key: String
  package let expected: String
  package let got: String
  /// What to try; nil if the sentence says it already.
  package let advice: String?

  package init(key: String, expected: String, got: String, advice: String? = nil) {
    self.key = key
    self.expected = expected
    self.got = got
    self.advice = advice
  }

  /// The sentence without the key.
  package var message: String {
    "expected \(expected), got \(got)" + (advice.map { "; " + $0 } ?? "")
  }

  /// `key: expected ..., got ...; advice`.
  package var description: String {
    (key.isEmpty ? message : "\(key): \(message)").printable
  }

  /// The error in the form in which decoders throw it.
  package func decodingError(at decoder: any Decoder) -> DecodingError {
    .dataCorrupted(
      DecodingError.Context(
        codingPath: decoder.codingPath, debugDescription: description, underlyingError: self))
  }

  /// The same error with a path before its key.
  package func within(_ path: String) -> ContractError {
    let name = [path, key].filter { !$0.isEmpty }.joined(separator: ".")
    return ContractError(key: name, expected: expected, got: got, advice: advice)
  }
}
