import HTTPSyntax
import Testing

@Suite struct ContentDispositionTests {
  @Test(arguments: [
    ("a.json", #"attachment; filename="a.json"; filename*=UTF-8''a.json"#),
    ("a b.json", #"attachment; filename="a b.json"; filename*=UTF-8''a%20b.json"#),
    ("€ ü.mp4", #"attachment; filename="_ _.mp4"; filename*=UTF-8''%E2%82%AC%20%C3%BC.mp4"#),
    ("100%25.mp4", #"attachment; filename="100_25.mp4"; filename*=UTF-8''100%2525.mp4"#),
    (#"x\say "hi".mp4"#, #"attachment; filename="say _hi_.mp4"; filename*=UTF-8''say%20_hi_.mp4"#),
    (
      "it's;(1).mp4", #"attachment; filename="it's;(1).mp4"; filename*=UTF-8''it%27s%3B%281%29.mp4"#
    ),
    (
      "a\r\nSet-Cookie: x",
      "attachment; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a%EF%BF%BD%EF%BF%BDSet-Cookie%3A%20x"
    ),
    ("", #"attachment; filename="upload"; filename*=UTF-8''upload"#),
  ])
  func headers(_ name: String, _ expected: String) {
    #expect(ContentDisposition(attachment: name).headerValue == expected)
  }

  @Test(arguments: ["a", "ä", "视", "👩\u{200D}🔬", "e\u{301}"])
  func longNamesAreCut(_ character: String) {
    let name = ContentDisposition(
      attachment: String(repeating: character, count: 199) + ".json"
    ).fileName
    #expect(name.utf8.count <= 150 && name.utf8.count > 120)
    #expect(name.hasPrefix(character) && name.hasSuffix("….json"))
  }

  /// Whatever the name, the header contains no character that would end it.
  @Test func noScalarBreaksTheHeader() {
    for value in UInt32(0)..<0x3000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let header = ContentDisposition(attachment: "a\(scalar)b").headerValue
      let isSound = header.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
      #expect(isSound && header.utf8.count { $0 == 0x22 } == 2, "\(value)")
      #expect(!header.contains("\\") && !header.contains("/"), "\(value)")
    }
  }
}
