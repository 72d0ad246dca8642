/// The origin of the page that makes a request: the value of an Origin header
/// (RFC 6454, section 7).
package struct Origin: Sendable, Hashable {
  /// The scheme in lower case, such as `https`.
  package let scheme: String
  /// The host, and the port if one is given.
  package let host: HostName

  /// Parses the value of an Origin header; nil for an invalid one, and for `null`.
  package init?(header: String) {
    let text = header.utf8.trimmed
    let scheme = text.prefix { $0 != UInt8(ascii: ":") }
    let rest = text[scheme.endIndex...]
    guard let first = scheme.first, first.isLetter,
      scheme.allSatisfy({ $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) }),
      rest.starts(with: "://".utf8),
      let host = HostName(header: String(decoding: rest.dropFirst(3), as: UTF8.self))
    else { return nil }
    self.scheme = scheme.lowercasedText
    self.host = host
  }

  /// Whether the page came from the host that the request goes to, that is, from the same
  /// name and port. A missing port is that of the scheme, 80 or 443. Pages of other schemes
  /// came from no host.
  package func isSameHost(as other: HostName) -> Bool {
    guard let ownPort = ["http": 80, "https": 443][scheme] else { return false }
    return host.name == other.name && (host.port ?? ownPort) == (other.port ?? ownPort)
  }
}
