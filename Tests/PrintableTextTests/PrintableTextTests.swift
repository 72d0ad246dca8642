import Foundation
import PrintableText
import Testing

/// Text from outside can't control a terminal.
@Suite struct PrintableTextTests {
  /// Plain names, in any script, stay as they are.
  @Test(arguments: [
    "", "a name.mp4", "öäü ß.mov", "视频.mp4", "वीडियो\u{200D}.mp4", "👩\u{200D}🔬.png", "a\\b",
  ])
  func plainTextStays(_ text: String) {
    #expect(text.printable == text)
    #expect(text.printableLines == text)
  }

  /// Colours, window titles, line feeds, C1 controls, deletion and writing direction are escaped.
  @Test(arguments: [
    ("bad\u{1B}[31m\u{1B}]0;owned\u{7} name.mp4", #"bad\u001b[31m\u001b]0;owned\u0007 name.mp4"#),
    ("a\nb", #"a\nb"#), ("a\r\nb", #"a\r\nb"#), ("a\tb", #"a\tb"#),
    ("\u{9B}2J", #"\u009b2J"#), ("\u{7F}", #"\u007f"#), ("\u{8}\u{8}", #"\u0008\u0008"#),
    ("\u{202E}4pm.exe", #"\u202e4pm.exe"#), ("\u{2028}", #"\u2028"#), ("\u{FEFF}a", #"\ufeffa"#),
    ("\u{E0001}", #"\udb40\udc01"#), ("\0", #"\u0000"#),
  ])
  func harmfulTextIsEscaped(_ text: String, _ expected: String) {
    #expect(text.printable == expected)
    #expect(text.printable.printable == expected)
  }

  /// In a text of several lines, layout is not escaped.
  @Test func linesStayLines() {
    #expect("a\u{1B}[2J\n\tb\r\n".printableLines == "a\\u001b[2J\n\tb\\r\n")
  }

  /// JSON that is escaped for a terminal keeps its meaning.
  @Test func escapedJSONSaysTheSame() throws {
    let names = ["\u{202E}a\u{9B}b\u{7F}\u{E0001}\n\u{1B}"]
    let json = String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
    let read = try JSONDecoder().decode([String].self, from: Data(json.printableLines.utf8))
    #expect(read == names)
    #expect(!json.printableLines.unicodeScalars.contains("\u{202E}"))
  }
}
