/// Text that the language's own errors have and no message for people should.
enum RawText {
  private static let signs = [
    "DecodingError", "Swift.", "Optional(", "CodingKeys", "debugDescription", "NSCocoa",
    "Error Domain", "couldn’t be", "could not be completed", "keyNotFound", "typeMismatch",
    "dataCorrupted", "_TtC", "Foundation.", "underlyingError", "__C.",
  ]

  /// What of an error's text is raw; nil where it is fit for people.
  static func sign(in error: any Error) -> String? {
    let text = "\(error)"
    if let sign = signs.first(where: { text.contains($0) }) { return "\(sign) in: \(text)" }
    return text.isEmpty ? "an empty message" : nil
  }

  /// The verdict on a refusal: by its text.
  static func verdict(_ error: any Error) -> Verdict {
    sign(in: error).map { .failed(.rawText, $0) } ?? .refused("\(error)")
  }
}
