/// The cookies of a request (RFC 6265, section 4.2).
package struct Cookies: Sendable {
  private var values: [String: String] = [:]

  /// Parses the value of a Cookie header. Parts without `=` are ignored; of cookies with the same
  /// name the first counts, which is the one with the longest path.
  package init(header: String?) {
    for pair in (header ?? "").utf8.split(separator: UInt8(ascii: ";")) {
      guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: pair[..<equals].trimmed, as: UTF8.self)
      var value = pair[pair.index(after: equals)...].trimmed
      if value.count >= 2, value.first == .quote, value.last == .quote {
        value = value.dropFirst().dropLast()
      }
      guard !name.isEmpty, values[name] == nil else { continue }
      values[name] = String(decoding: value, as: UTF8.self)
    }
  }

  /// Value of a cookie, without quotes around it; nil if there is none.
  package subscript(name: String) -> String? { values[name] }
}
