/// Syntax that other programs write and that JSON doesn't have: the numbers that Python, pandas and
/// JavaScript print, texts in single quotes, comments.
///
/// Such a file is not damaged. The error must say what was found and what to write instead.
struct ForeignSyntax: Equatable {
  /// What it is, as the end of "expected a value, got ...".
  let name: String
  /// What to try, as the end of a sentence.
  let advice: String

  /// Recognises the syntax that begins at a byte; nil for JSON and for anything unknown.
  init?(at position: Int, of bytes: [UInt8], end: Int) {
    guard position < end else { return nil }
    let rest = bytes[position..<end]
    switch rest[position] {
    case UInt8(ascii: "'"):
      self.init(
        "a text in single quotes",
        "put it in double quotes, as Python's json.dump does and its print does not")
    case UInt8(ascii: "/") where rest.starts(with: "//".utf8) || rest.starts(with: "/*".utf8),
      UInt8(ascii: "#"):
      self.init("a comment", "take it out: JSON has no comments")
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      self.init(word: Self.word(rest))
    case 0xFE where rest.starts(with: [0xFE, 0xFF]), 0xFF where rest.starts(with: [0xFF, 0xFE]),
      0 where position < 2:
      self.init("text in UTF-16 or UTF-32", "save the file as UTF-8")
    case 0xEF where rest.starts(with: [0xEF, 0xBB, 0xBF]):
      self.init(
        "a byte-order mark", "take out the three bytes EF BB BF: save the file as UTF-8 without it")
    default: return nil
    }
  }

  private init(_ name: String, _ advice: String) {
    self.name = name
    self.advice = advice
  }

  /// Longest word that is quoted in a message.
  private static let maximumWordBytes = 32

  /// A sign, letters, digits and underscores.
  private static func word(_ bytes: ArraySlice<UInt8>) -> String {
    let sign = bytes.prefix { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }.prefix(1)
    let letters = bytes.dropFirst(sign.count).prefix(maximumWordBytes).prefix { byte in
      let scalar = Unicode.Scalar(byte)
      return scalar.properties.isAlphabetic && byte < 0x80 || ("0"..."9").contains(scalar)
        || scalar == "_"
    }
    return String(decoding: sign + letters, as: UTF8.self)
  }

  private init?(word: String) {
    let isSigned = word.hasPrefix("+") || word.hasPrefix("-")
    switch (isSigned ? String(word.dropFirst()) : word).lowercased() {
    case "nan", "infinity", "inf":
      self.init(
        "\(word), a number that JSON doesn't have",
        "write null instead: Python's json.dump refuses such numbers with allow_nan=False")
    case "none", "undefined":
      self.init("\(word), which JSON spells null", "write null")
    case "true", "false", "null":
      guard word != word.lowercased() else { return nil }
      self.init(
        "\(word), which JSON spells \(word.lowercased())",
        "write \(word.lowercased())")
    case "": return nil
    case let letters where letters.first?.isLetter == true || letters.first == "_":
      guard !isSigned else { return nil }
      self.init(
        "the word \(word) without quotes",
        "write \"\(word)\": texts and keys stand in double quotes")
    default: return nil
    }
  }
}
