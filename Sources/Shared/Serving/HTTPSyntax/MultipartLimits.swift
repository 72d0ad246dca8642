/// Limits of a multipart body. The content of a part has no limit here.
package struct MultipartLimits: Sendable {
  /// Number of parts.
  package var parts: Int
  /// Bytes of one part's headers, with line ends.
  package var headerBytes: Int
  /// Number of headers of one part.
  package var headers: Int
  /// Bytes before the first boundary.
  package var preambleBytes: Int
  /// Bytes of a field's name in UTF-8.
  package var nameBytes: Int

  /// The default values are far above the needs of browsers and tools.
  package init(
    parts: Int = 64, headerBytes: Int = 8 << 10, headers: Int = 16, preambleBytes: Int = 1 << 10,
    nameBytes: Int = 256
  ) {
    self.parts = parts
    self.headerBytes = headerBytes
    self.headers = headers
    self.preambleBytes = preambleBytes
    self.nameBytes = nameBytes
  }
}
