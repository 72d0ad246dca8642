import HTTPSyntax
import Testing

/// The time is linear in the number of bytes, also for content that is made to be slow.
@Suite struct MultipartSpeedTests {
  /// Repeats an almost complete boundary; a search that backtracks would take minutes.
  @Test(arguments: [
    "\r", "\r\n", "\r\n-", "\r\n--", "\r\n--" + String(repeating: "-", count: 69), "\r\n---x",
  ])
  func hostileContents(_ pattern: String) throws {
    let boundary = String(repeating: "-", count: 70)
    var parser = MultipartParser(
      boundary: try MultipartBoundary(contentType: "multipart/form-data; boundary=\(boundary)"))
    let head = Array("--\(boundary)\r\nContent-Disposition: form-data; name=a\r\n\r\n".utf8)
    let tail = Array("\r\n--\(boundary)--".utf8)
    let piece = Array(
      repeatElement(Array(pattern.utf8), count: 100_000 / pattern.utf8.count).joined())
    var count = 0
    for bytes in [head] + Array(repeating: piece, count: 10) + [tail] {
      try parser.parse(bytes.span) { event in
        if case .bytes(let bytes) = event { count += bytes.count }
      }
    }
    try parser.finish()
    #expect(count == 10 * piece.count)
  }
}
