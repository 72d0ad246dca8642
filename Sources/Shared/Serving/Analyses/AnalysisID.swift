/// Identifier of an analysis: 26 random letters and digits, so that it can't be guessed and is
/// valid in paths and addresses.
package struct AnalysisID: Sendable, Hashable, CustomStringConvertible {
  /// The 26 characters.
  package let description: String

  /// Base 32 of RFC 4648 in lower case.
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
  private static let length = 26

  /// Makes a new identifier from 130 random bits of the system.
  package init() {
    var generator = SystemRandomNumberGenerator()
    let characters = (0..<Self.length).map { _ in
      Self.alphabet[Int(generator.next(upperBound: UInt(32)))]
    }
    description = String(decoding: characters, as: UTF8.self)
  }

  /// Checks an identifier from outside; nil unless it has 26 of the allowed characters.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == Self.length, text.utf8.allSatisfy(Self.alphabet.contains) else {
      return nil
    }
    description = String(text)
  }
}

extension AnalysisID: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let id = AnalysisID(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected the name of an analysis, got '\(text)'")
    }
    self = id
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
