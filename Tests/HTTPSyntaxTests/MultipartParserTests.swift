import HTTPSyntax
import Testing

/// The rules of RFC 2046 and RFC 7578.
@Suite struct MultipartParserTests {
  private let contentType = "multipart/form-data; boundary=b"

  /// Checks that all divisions into pieces give the same outcome, and returns it.
  private func parse(
    _ body: String, limits: MultipartLimits = MultipartLimits()
  ) -> MultipartOutcome {
    let bytes = Array(body.utf8)
    let whole = MultipartOutcome(bytes, contentType: contentType, limits: limits)
    for cuts in [Array(0...bytes.count)] + (0...bytes.count).map({ [$0] }) {
      let outcome = MultipartOutcome(bytes, contentType: contentType, limits: limits, cuts: cuts)
      #expect(outcome == whole, "cuts \(cuts)")
    }
    return whole
  }

  private func part(_ headers: String, content: String = "x") -> MultipartOutcome {
    parse("--b\r\n\(headers)\r\n\r\n\(content)\r\n--b--\r\n")
  }

  private func disposition(_ parameters: String) -> MultipartPart? {
    part("Content-Disposition: form-data; \(parameters)").parts.first?.part
  }

  @Test func preambleEpilogueAndPaddingAreSkipped() {
    let outcome = parse(
      """
      This is a preamble.\r
      --a\r
      --b \t \r
      Content-Disposition: form-data; name="a"\r
      \r
      1\r
      --b\t\r
      Content-Disposition: form-data; name="b"\r
      \r
      2\r
      --b--  \r
      An epilogue\r
      --b\r
      Content-Disposition: form-data; name="c"\r
      \r
      3\r
      --b--
      """)
    #expect(outcome.error == nil)
    #expect(outcome.parts.map(\.part.name) == ["a", "b"])
    #expect(outcome.parts.map(\.content) == [[0x31], [0x32]])
  }

  /// Bytes that only resemble a boundary are content.
  @Test(arguments: [
    "", "\r\n", "\r\n-", "\r\n--", "\r\r\n--", "\r\n\r\n--\r\n", "--b", "x--b", "\n--b", "\r--b",
    "\r\n--c", "\r\n- -b", "\r\n--\r\n--", "\r\n--B", "-\r\n-", "\r", "\r\r", "\r\n-\r\n--\r",
  ])
  func contentStaysAsItIs(_ content: String) {
    // At the very beginning it would be a boundary: RFC 2046 allows empty content.
    let outcome = part("Content-Disposition: form-data; name=a", content: "x" + content)
    #expect(outcome.error == nil)
    #expect(outcome.parts.map(\.content) == [Array(("x" + content).utf8)])
  }

  /// A part whose headers are directly followed by the boundary has no content.
  @Test func contentMayBeLeftOut() {
    let outcome = parse(
      "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n--b\r\n"
        + "Content-Disposition: form-data; name=c\r\n\r\n\r\n--b--")
    #expect(outcome.error == nil)
    #expect(outcome.parts.map(\.part.name) == ["a", "c"])
    #expect(outcome.contentBytes == 0)
  }

  @Test(arguments: [
    (#"name="a\"b\\c\d""#, #"a"b\c\d"#), (#"name="a%22b%0D%0a%41""#, "a\"b\r\n%41"),
    ("name=plain", "plain"), (#"NAME = "a" "#, "a"), (#"name="""#, ""),
    (#";; name="a;b=c";"#, "a;b=c"),
    (#"name="ü""#, "ü"), (#"other=1; name="a"; x="y""#, "a"), (#"name="100%""#, "100%"),
    (#"name="a\""#, #"a\"#),
  ])
  func namesAreUnquoted(_ parameters: String, _ expected: String) {
    #expect(disposition(parameters)?.name == expected)
  }

  @Test(arguments: [
    (#"filename*=UTF-8''a%20%e2%82%ac.mp4; filename="b""#, "a €.mp4"),
    (#"filename="b"; filename*=utf-8'en'%22x%22"#, "\"x\""),
    // With other character sets and formats, the plain name counts.
    (#"filename="b"; filename*=KOI8-R''%C1"#, "b"), (#"filename="b"; filename*=abc"#, "b"),
    (#"filename*=UTF-8''%ff%41"#, "\u{FFFD}A"), (#"filename*=UTF-8''a'b"#, "a'b"),
    (#"filename="C:\Users\me\a.mp4""#, #"C:\Users\me\a.mp4"#), (#"filename="../x""#, "../x"),
    (#"filename="ends in \""#, #"ends in \"#), (#"filename=a b.mp4"#, "a b.mp4"),
  ])
  func fileNamesAreRead(_ parameters: String, _ expected: String) {
    #expect(disposition("name=a; \(parameters)")?.fileName == expected)
  }

  @Test func invalidUTF8IsRepaired() {
    let head = "--b\r\nContent-Disposition: form-data; name=a; filename=\""
    let body = Array(head.utf8) + [0xE9, 0x41, 0xC3] + Array("\"\r\n\r\n\r\n--b--".utf8)
    let outcome = MultipartOutcome(body, contentType: contentType)
    #expect(outcome.parts.map(\.part.fileName) == ["\u{FFFD}A\u{FFFD}"])
  }

  @Test func headersAreRead() {
    let outcome = part(
      "CONTENT-TYPE:  text/plain; charset=utf-8 \t\r\nX-Other: 1\r\nX-Empty:\r\n"
        + "content-disposition: FORM-DATA;\r\n\tname=\"a\";\r\n  filename=b")
    #expect(outcome.error == nil)
    #expect(outcome.parts.map(\.part.name) == ["a"])
    #expect(outcome.parts.map(\.part.fileName) == ["b"])
    #expect(outcome.parts.map(\.part.contentType) == ["text/plain; charset=utf-8"])
  }

  @Test(arguments: [
    ("X: 1", MultipartError.Code.unnamedPart), ("Content-Disposition: form-data", .unnamedPart),
    ("Content-Disposition: attachment; name=a", .unnamedPart),
    ("Content-Disposition: form-data; filename=a", .unnamedPart),
    ("Content-Disposition: form-data; name*=UTF-8''a", .unnamedPart),
    ("Content-Disposition: form-data; name=a; name=b", .badHeader),
    ("Content-Disposition: form-data; name=a; filename=a; FILENAME=b", .badHeader),
    ("Content-Disposition: form-data; name=\"a", .badHeader),
    ("Content-Disposition: form-data; name=\"a\" b", .badHeader),
    ("Content-Disposition: form-data; name", .badHeader),
    ("Content-Disposition: form-data; =a", .badHeader),
    ("Content-Disposition: form-data; name=a\"b", .badHeader),
    (
      "Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b", .badHeader
    ),
    ("Content-Disposition: form-data; name=a\r\nno colon", .badHeader),
    ("Content-Disposition: form-data; name=a\r\n: x", .badHeader),
    ("Content-Disposition: form-data; name=a\r\nbad name: x", .badHeader),
    ("Content-Disposition : form-data; name=a", .badHeader),
    ("Content-Disposition: form-data; name=a\nX: 1", .badHeader),
    ("Content-Disposition: form-data; name=a\rX: 1", .badHeader),
    ("Content-Disposition: form-data; name=\"a\0b\"", .badHeader),
    ("Content-Disposition: form-data; name=\"a\u{1B}b\"", .badHeader),
    ("--b", .badHeader), ("", .unnamedPart),
  ])
  func badHeadersAreErrors(_ headers: String, _ code: MultipartError.Code) {
    let outcome = part(headers)
    #expect(outcome.error?.code == code)
    #expect(outcome.parts.isEmpty)
  }

  /// A boundary with anything else after it is neither content nor a boundary.
  @Test(arguments: ["x", "-x", "- -", " x", "\n", "\rx", " --", "bb\r\n"])
  func badDelimitersAreErrors(_ ending: String) {
    let outcome = parse(
      "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b\(ending)\r\n--b--")
    #expect(outcome.error?.code == .badDelimiter)
    #expect(parse("--b" + ending + "\r\n--b--").error?.code == .badDelimiter)
  }

  @Test func emptyBodyIsTruncated() {
    #expect(parse("").error?.code == .truncated)
    #expect(parse("--b--").error == nil)
    #expect(parse("\r\n--b--").error == nil)
  }

  @Test func errorsSayWhatWasExpected() {
    for error in [part("X: 1"), parse("--bx"), parse(""), part("no colon")].map(\.error) {
      #expect(error?.description.contains("expected") == true)
      #expect(error?.description.contains("got") == true)
    }
  }

  private struct DiskFull: Error {}

  /// The receiver's own error is thrown unchanged, and stops the parser.
  @Test func receiversMayFail() throws {
    var parser = MultipartParser(boundary: try MultipartBoundary(contentType: contentType))
    let body = Array("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--".utf8)
    #expect(throws: DiskFull.self) { try parser.parse(body.span) { _ in throw DiskFull() } }
    let error = #expect(throws: MultipartError.self) { try parser.parse(body.span) { _ in } }
    #expect(error?.code == .stopped)
    #expect(throws: MultipartError.self) { try parser.finish() }
  }

  @Test func failuresStay() throws {
    var parser = MultipartParser(boundary: try MultipartBoundary(contentType: contentType))
    let bad = Array("--bx".utf8)
    let good = Array("--b--".utf8)
    #expect(throws: MultipartError.self) { try parser.parse(bad.span) { _ in } }
    #expect(throws: MultipartError.self) { try parser.parse(good.span) { _ in } }
    let error = #expect(throws: MultipartError.self) { try parser.finish() }
    #expect(error?.code == .badDelimiter)
  }
}
