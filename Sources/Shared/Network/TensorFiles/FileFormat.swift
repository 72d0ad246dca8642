/// What a file is, judged by its first bytes.
enum FileFormat: Equatable {
  case legacy
  case zip
  case tar
  case safetensors
  /// A pickle that is none of PyTorch's files: `pickle.dump` wrote it.
  case plainPickle
  /// One array of NumPy, `.npy`.
  case numPyArray
  case text(firstLine: String)
  case unknown(firstBytes: String)

  private static let zipStart = Array("PK".utf8) + [3, 4]
  private static let numPyStart = [0x93] + Array("NUMPY".utf8)

  init(_ bytes: [UInt8]) {
    if bytes.starts(with: LegacyFormat.magic) || LegacyFormat.magic.starts(with: bytes) {
      self = .legacy
    } else if bytes.starts(with: Self.zipStart) || Self.zipStart.starts(with: bytes) {
      self = .zip
    } else if bytes.count >= 262, bytes[257..<262].elementsEqual("ustar".utf8) {
      self = .tar
    } else if bytes.count > 8, bytes[5..<8].allSatisfy({ $0 == 0 }), bytes[8] == UInt8(ascii: "{") {
      self = .safetensors
    } else if bytes.first == PickleOpcode.proto.rawValue {
      self = .plainPickle
    } else if bytes.starts(with: Self.numPyStart) {
      self = .numPyArray
    } else if let line = Self.firstLine(bytes) {
      self = .text(firstLine: line)
    } else {
      self = .unknown(
        firstBytes: bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
          .joined(separator: " "))
    }
  }

  /// The first line of a text, shortened; nil if the bytes are no text.
  private static func firstLine(_ bytes: [UInt8]) -> String? {
    let start = bytes.prefix(256)
    guard start.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }) else { return nil }
    let line = start.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }.prefix(80)
    // The cut may have gone through a character, of which at most three bytes are left.
    return (0...3).lazy.compactMap { String(validating: line.dropLast($0), as: UTF8.self) }.first
  }
}
