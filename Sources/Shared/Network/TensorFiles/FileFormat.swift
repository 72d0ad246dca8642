/// The format of a file, recognised by its bytes.
enum FileFormat: Equatable {
  case legacy
  case zip
  case safetensors
  /// A pickle that `pickle.dump` wrote, not PyTorch.
  case plainPickle
  case gzip
  /// joblib writes it with `compress`.
  case zlib
  /// A file of another program.
  case foreign(ForeignFile)
  case text(firstLine: String)
  case unknown(firstBytes: String)

  private static let zipStart = Array("PK".utf8) + [3, 4]

  init(_ bytes: [UInt8]) {
    if LegacyFormat.isBeginning(bytes) {
      self = .legacy
    } else if bytes.starts(with: Self.zipStart) || Self.zipStart.starts(with: bytes) {
      self = .zip
    } else if bytes.count > 8, bytes[5..<8].allSatisfy({ $0 == 0 }), bytes[8] == UInt8(ascii: "{") {
      self = .safetensors
    } else if bytes.first == PickleOpcode.proto.rawValue || Self.isOldPickle(bytes) {
      self = .plainPickle
    } else if bytes.starts(with: [0x1F, 0x8B, 8]) {
      self = .gzip
    } else if bytes.first == 0x78, bytes.count > 2,
      (Int(bytes[0]) << 8 + Int(bytes[1])).isMultiple(of: 31)
    {
      self = .zlib
    } else if let foreign = ForeignFile(bytes) {
      self = .foreign(foreign)
    } else if let line = Self.firstLine(bytes) {
      self = .text(firstLine: line)
    } else {
      self = .unknown(
        firstBytes: bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
          .joined(separator: " "))
    }
  }

  /// Whether the bytes are a pickle of protocol 0 or 1. These have no signature: the first
  /// instructions make a dictionary or a list or name a class, the last one is STOP.
  private static func isOldPickle(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 3, bytes.last == PickleOpcode.stop.rawValue else { return false }
    switch (bytes[0], bytes[1]) {
    case (UInt8(ascii: "("), UInt8(ascii: "d")), (UInt8(ascii: "("), UInt8(ascii: "l")),
      (UInt8(ascii: "}"), UInt8(ascii: "q")), (UInt8(ascii: "]"), UInt8(ascii: "q")):
      return true
    case (UInt8(ascii: "c"), _):
      // GLOBAL: a module and a name, a line each.
      let lines = bytes.dropFirst().prefix(256).split(
        separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
      return lines.count == 3
        && lines.prefix(2).allSatisfy { line in
          !line.isEmpty
            && line.allSatisfy { byte in
              let character = Character(Unicode.Scalar(byte))
              return character.isASCII
                && (character.isLetter || character.isNumber || "._".contains(character))
            }
        }
    default: return false
    }
  }

  /// The first line of a text, shortened; nil if the bytes are no text.
  private static func firstLine(_ bytes: [UInt8]) -> String? {
    let start = bytes.prefix(256)
    guard start.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }) else { return nil }
    let line = start.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }.prefix(80)
    // The cut may have split a character: at most three bytes of it are left.
    return (0...3).lazy.compactMap { String(validating: line.dropLast($0), as: UTF8.self) }.first
  }
}
