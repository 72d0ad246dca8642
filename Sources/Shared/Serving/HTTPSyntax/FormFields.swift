/// The fields of a small form in `application/x-www-form-urlencoded` (URL Standard, section 5.1).
package struct FormFields: Sendable {
  private var values: [String: String] = [:]

  /// Parses a form; invalid UTF-8 is repaired. Of fields with the same name the first counts.
  ///
  /// - Returns: Nil for a form of more than `limit` bytes.
  package init?(urlEncoded bytes: some Collection<UInt8>, limit: Int = 8 << 10) {
    guard bytes.count <= limit else { return nil }
    for pair in bytes.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let texts = parts.map {
        String(decoding: PercentCoding.decoded($0, plusIsSpace: true), as: UTF8.self)
      }
      guard let name = texts.first, values[name] == nil else { continue }
      values[name] = texts.count > 1 ? texts[1] : ""
    }
  }

  /// Value of a field; nil if there is none.
  package subscript(name: String) -> String? { values[name] }
}
