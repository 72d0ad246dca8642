/// A name or address of a host, with its port: the value of a Host header (RFC 9110, section 7.2).
package struct HostName: Sendable, Hashable {
  /// The host in lower case, without a dot at the end; addresses in their canonical form (RFC
  /// 5952), without brackets.
  package let name: String
  /// The port; nil if none is given.
  package let port: Int?
  /// Whether the host is an address.
  package let isIPAddress: Bool
  /// Whether the host is this machine for every resolver: `localhost`, names that end in
  /// `.localhost`, 127.0.0.0/8 and ::1.
  package let isLoopback: Bool

  /// Parses the value of a Host header; nil for an invalid one.
  package init?(header: String) {
    let text = header.utf8.trimmed
    guard text.count <= 300 else { return nil }
    let name: Substring.UTF8View
    var rest: Substring.UTF8View
    let isBracketed = text.first == UInt8(ascii: "[")
    if isBracketed {
      guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      name = text[text.index(after: text.startIndex)..<end]
      rest = text[text.index(after: end)...]
    } else {
      name = text.prefix { $0 != UInt8(ascii: ":") }
      rest = text[name.endIndex...]
    }
    guard rest.isEmpty || rest.popFirst() == UInt8(ascii: ":"), let port = Self.port(rest) else {
      return nil
    }
    self.port = port
    if isBracketed {
      guard let address = IPAddress(v6: Substring(name)) else { return nil }
      self.name = address.text
      isIPAddress = true
      isLoopback = address.isLoopback
      return
    }
    guard let domain = Self.domain(name) else { return nil }
    let address = IPAddress(v4: domain)
    // A name that ends in a number must be a full address: resolvers accept
    // `0x7f.1` and `127.1` too.
    guard address != nil || !Self.endsInNumber(domain) else { return nil }
    self.name = domain
    isIPAddress = address != nil
    isLoopback = address?.isLoopback ?? (domain == "localhost" || domain.hasSuffix(".localhost"))
  }

  /// The inner nil is a missing port, the outer one an invalid port.
  private static func port(_ digits: Substring.UTF8View) -> Int?? {
    if digits.isEmpty { return .some(nil) }
    guard digits.count <= 5, digits.allSatisfy(\.isDigit),
      let port = Int(String(decoding: digits, as: UTF8.self)), port <= 65_535
    else { return nil }
    return .some(port)
  }

  /// A name of labels of letters, digits, hyphens and underscores, in lower case,
  /// without the last dot.
  private static func domain(_ name: Substring.UTF8View) -> String? {
    let name = name.last == UInt8(ascii: ".") ? name.dropLast() : name
    let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isSound = labels.allSatisfy { label in
      (1...63).contains(label.count)
        && label.allSatisfy { $0.isLetter || $0.isDigit || $0 == 0x2D || $0 == 0x5F }
    }
    return isSound && name.count <= 253 ? name.lowercasedText : nil
  }

  private static func endsInNumber(_ domain: String) -> Bool {
    guard let last = domain.utf8.split(separator: UInt8(ascii: ".")).last else { return false }
    return last.allSatisfy(\.isDigit)
      || last.starts(with: "0x".utf8) && last.dropFirst(2).allSatisfy { $0.hexadecimalValue != nil }
  }
}
