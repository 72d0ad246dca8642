/// What a body of several parts may have at most. A part's content has no limit here.
package struct MultipartLimits: Sendable {
  /// Parts.
  package var parts: Int
  /// Bytes of one part's headers, with line ends.
  package var headerBytes: Int
  /// Headers of one part.
  package var headers: Int
  /// Bytes before the first boundary.
  package var preambleBytes: Int
  /// Bytes of a field's name in UTF-8.
  package var nameBytes: Int

  /// Limits that browsers and tools stay far below.
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
