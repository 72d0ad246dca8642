internal import Contract
import Files

/// The checksum of a JSON document in the document itself: its last member, `ownCRC32`.
///
/// It is the CRC-32 of all bytes before the comma of that member. In Python:
///
/// ```python
/// text, own = re.fullmatch(rb'(.*?),\s*"ownCRC32"\s*:\s*(\d+)\s*}\s*', document, re.S).groups()
/// assert zlib.crc32(text) == int(own)
/// ```
///
/// A record's key is not part of the document, so the checksum of a record includes it, at the
/// beginning.
enum OwnChecksum {
  private static let key = Array("\"ownCRC32\"".utf8)

  /// The result of a comparison of a document with its checksum.
  enum State: Equatable {
    /// It has no checksum.
    case missing
    case right
    case wrong(expected: UInt64, got: UInt32)
  }

  /// Returns a JSON object with its checksum added.
  ///
  /// - Parameter name: the document's key, which the checksum begins with.
  static func added(to json: [UInt8], name: [UInt8] = []) -> [UInt8] {
    guard let brace = json.lastIndex(of: UInt8(ascii: "}")) else { return json }
    // A document with a line for each member gets one more line; a record has no spaces.
    let end = json[..<brace].lastIndex { !isSpace($0) }.map { $0 + 1 } ?? brace
    let isReadable = end < brace
    let text = json[..<end]
    let value = checksum(of: text, name: name)
    let member = isReadable ? ",\n  \"ownCRC32\" : \(value)" : ",\"ownCRC32\":\(value)"
    return text + Array(member.utf8) + json[end...]
  }

  /// Compares a document with its checksum.
  static func state(of document: [UInt8], name: [UInt8] = []) -> State {
    var rest = document[...]
    func drop(while condition: (UInt8) -> Bool) -> ArraySlice<UInt8> {
      let start = rest.lastIndex { !condition($0) }.map { $0 + 1 } ?? rest.startIndex
      defer { rest = rest[..<start] }
      return rest[start...]
    }
    func take(_ text: [UInt8]) -> Bool {
      _ = drop(while: isSpace)
      guard rest.count >= text.count, rest.suffix(text.count).elementsEqual(text) else {
        return false
      }
      rest = rest.dropLast(text.count)
      return true
    }
    guard take([UInt8(ascii: "}")]) else { return .missing }
    _ = drop(while: isSpace)
    let digits = drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard (1...10).contains(digits.count), take([UInt8(ascii: ":")]), take(key),
      take([UInt8(ascii: ",")])
    else { return .missing }
    let expected = digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
    let got = checksum(of: rest, name: name)
    return expected == got ? .right : .wrong(expected: expected, got: got)
  }

  /// Throws if a document is not what was written.
  ///
  /// - Parameter isRequired: whether one without a checksum is damaged.
  static func check(
    _ document: [UInt8], name: [UInt8] = [], isRequired: Bool, subject: String
  ) throws(ShardStoreError) {
    switch state(of: document, name: name) {
    case .missing where isRequired:
      throw ShardStoreError(
        .damagedRecord, subject: subject, "expected a checksum at its end (ownCRC32), got none")
    case .missing, .right: break
    case .wrong(let expected, let got):
      throw ShardStoreError(
        .damagedRecord, subject: subject,
        "it was changed after it was written: expected CRC-32 \(expected), got \(got)")
    }
  }

  private static func checksum(of text: ArraySlice<UInt8>, name: [UInt8]) -> UInt32 {
    var checksum = CRC32()
    checksum.update(name)
    text.withUnsafeBytes { checksum.update($0) }
    return checksum.value
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (9...13).contains(byte)
  }
}
