/// The header Content-Disposition of a download (RFC 6266).
package struct ContentDisposition: Sendable {
  /// Name of the file: 1...150 bytes of UTF-8 without control characters, quotes, backslashes and
  /// slashes.
  package let fileName: String

  /// Converts a client's name for a file to one that is safe for a header and a file system.
  package init(attachment name: String) {
    var safe = String.UnicodeScalarView()
    for scalar in DisplayName(name).text.unicodeScalars {
      safe.append("\"\\/".unicodeScalars.contains(scalar) ? "_" : scalar)
    }
    fileName = String(safe).shortened(to: 150) { $0.utf8.count }
  }

  /// Value of the header, for clients that support UTF-8 in it and for those that don't.
  package var headerValue: String {
    var fallback = String.UnicodeScalarView()
    // Some clients decode percent signs here too (RFC 6266, appendix D).
    for scalar in fileName.unicodeScalars {
      fallback.append(scalar.isASCII && scalar != "%" ? scalar : "_")
    }
    return "attachment; filename=\"\(String(fallback))\"; "
      + "filename*=UTF-8''\(PercentCoding.encodedForHeader(fileName))"
  }
}
