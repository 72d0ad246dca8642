#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Finds `CR LF -- boundary` in bytes that arrive piece by piece, in linear time.
///
/// The delimiter has one CR, which is its first byte. Bytes that match its beginning therefore
/// contain no other beginning of it, and after a mismatch the search continues with the byte that
/// didn't match. Bytes held back at the end of a piece equal the beginning of the delimiter, so
/// only their number is stored.
struct DelimiterSearch: Sendable {
  /// Content and delimiter in a piece.
  struct Finding {
    /// Range in the delimiter of the bytes that were held back before and turned out to be content.
    var released: Range<Int>
    /// The content in the piece; it follows the released bytes.
    var content: Range<Int>
    /// Whether the delimiter follows the content.
    var isComplete: Bool
    /// Index in the piece at which the search ended.
    var end: Int
  }

  /// CR, LF, two hyphens and the boundary.
  let delimiter: [UInt8]
  /// Number of bytes of the delimiter that the bytes so far end with.
  private var matched = 0
  /// Number of bytes of `matched` that belong to the previous line and are no content.
  private var implied = 0

  /// Starts at the beginning of a line.
  init(_ boundary: MultipartBoundary) {
    delimiter = [.carriageReturn, .lineFeed] + Array("--".utf8) + boundary.bytes
    beginLine()
  }

  /// Starts at the beginning of a line, where a boundary needs no other line end before it.
  mutating func beginLine() {
    matched = 2
    implied = 2
  }

  /// Searches a piece from an index to its end, or to the end of the delimiter.
  mutating func search(_ bytes: Span<UInt8>, from start: Int) -> Finding {
    var finding = Finding(
      released: 0..<0, content: start..<start, isComplete: false, end: bytes.count)
    var index = start
    if matched > 0 {
      let held = matched
      let count = matching(bytes, from: index, delimiterIndex: held)
      index += count
      if held + count == delimiter.count {
        matched = 0
        finding.isComplete = true
        finding.end = index
        return finding
      }
      if index == bytes.count {
        matched += count
        return finding
      }
      finding.released = implied..<held
      matched = 0
    }
    implied = 0
    while let candidate = Self.firstCandidate(bytes, from: index) {
      let count = matching(bytes, from: candidate, delimiterIndex: 0)
      index = candidate + count
      if count == delimiter.count {
        finding.content = start..<candidate
        finding.isComplete = true
        finding.end = index
        return finding
      }
      if index == bytes.count {
        matched = count
        finding.content = start..<candidate
        return finding
      }
    }
    finding.content = start..<bytes.count
    return finding
  }

  /// Number of bytes that equal those of the delimiter from an index.
  private func matching(_ bytes: Span<UInt8>, from start: Int, delimiterIndex: Int) -> Int {
    let most = min(bytes.count - start, delimiter.count - delimiterIndex)
    var count = 0
    while count < most, bytes[start + count] == delimiter[delimiterIndex + count] { count += 1 }
    return count
  }

  /// Index of the next CR that may begin the delimiter: one before LF and a hyphen, or so near the
  /// end of the piece that these may follow. The corresponding C function is `memchr`.
  ///
  /// Random content has a CR every 256 bytes and is searched at about 20 GB/s on one core. A call
  /// of `memchr` costs as much as a loop over several bytes, so the loop examines the first bytes:
  /// content with a CR every few bytes is then searched at about 1 GB/s rather than a third of it,
  /// and content of CR alone at half.
  private static func firstCandidate(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    bytes.withUnsafeBytes { raw in
      guard let base = raw.baseAddress else { return nil }
      var index = start
      while index < raw.count {
        let near = min(index + 4, raw.count)
        while index < near, raw[index] != .carriageReturn { index += 1 }
        if index == near {
          guard index < raw.count,
            let found = memchr(base + index, Int32(UInt8.carriageReturn), raw.count - index)
          else { return nil }
          index = UnsafeRawPointer(found) - base
        }
        guard index + 2 < raw.count else { return index }
        if raw[index + 1] == .lineFeed, raw[index + 2] == UInt8(ascii: "-") { return index }
        index += 1
      }
      return nil
    }
  }
}
