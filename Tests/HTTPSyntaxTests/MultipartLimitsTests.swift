import HTTPSyntax
import Testing

/// Each limit: a value at the limit passes, one more is an error.
@Suite struct MultipartLimitsTests {
  private func code(_ body: String, _ limits: MultipartLimits) -> MultipartError.Code? {
    let bytes = Array(body.utf8)
    let contentType = "multipart/form-data; boundary=b"
    let whole = MultipartOutcome(bytes, contentType: contentType, limits: limits)
    #expect(
      MultipartOutcome(
        bytes, contentType: contentType, limits: limits, cuts: Array(0..<bytes.count))
        == whole)
    return whole.error?.code
  }

  private let header = "Content-Disposition: form-data; name=abc\r\n"

  @Test func parts() {
    func body(_ count: Int) -> String {
      String(repeating: "--b\r\n\(header)\r\nx\r\n", count: count) + "--b--"
    }
    #expect(code(body(3), MultipartLimits(parts: 3)) == nil)
    #expect(code(body(4), MultipartLimits(parts: 3)) == .tooManyParts)
    #expect(code(body(64), MultipartLimits()) == nil)
    #expect(code(body(65), MultipartLimits()) == .tooManyParts)
  }

  @Test func headerBytes() {
    let body = "--b\r\n\(header)\r\nx\r\n--b--"
    let size = header.utf8.count + 2
    #expect(code(body, MultipartLimits(headerBytes: size)) == nil)
    #expect(code(body, MultipartLimits(headerBytes: size - 1)) == .headersTooLong)
    let endless = "--b\r\nX: " + String(repeating: "a", count: 9000)
    #expect(code(endless, MultipartLimits()) == .headersTooLong)
  }

  @Test func headers() {
    func body(_ count: Int) -> String {
      "--b\r\n\(header)" + (1..<count).map { "X-\($0): 1\r\n" }.joined() + "\r\nx\r\n--b--"
    }
    #expect(code(body(16), MultipartLimits()) == nil)
    #expect(code(body(17), MultipartLimits()) == .tooManyHeaders)
  }

  @Test func preamble() {
    func body(_ count: Int) -> String { String(repeating: "p", count: count) + "\r\n--b--" }
    #expect(code(body(10), MultipartLimits(preambleBytes: 10)) == nil)
    #expect(code(body(11), MultipartLimits(preambleBytes: 10)) == .preambleTooLong)
    #expect(code("--b--", MultipartLimits(preambleBytes: 0)) == nil)
    #expect(code("\r\n--b--", MultipartLimits(preambleBytes: 0)) == nil)
    #expect(code("-\r\n--b--", MultipartLimits(preambleBytes: 0)) == .preambleTooLong)
  }

  @Test func name() {
    let body = "--b\r\n\(header)\r\nx\r\n--b--"
    #expect(code(body, MultipartLimits(nameBytes: 3)) == nil)
    #expect(code(body, MultipartLimits(nameBytes: 2)) == .nameTooLong)
  }

  /// Impossible limits give errors.
  @Test(arguments: [Int.min, -1, 0, Int.max])
  func oddLimits(_ limit: Int) {
    let limits = MultipartLimits(
      parts: limit, headerBytes: limit, headers: limit, preambleBytes: limit, nameBytes: limit)
    let code = code("p\r\n--b\r\n\(header)\r\nx\r\n--b--", limits)
    #expect(limit == .max ? code == nil : code == .preambleTooLong)
  }
}
