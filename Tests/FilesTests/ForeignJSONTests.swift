@testable import Files
import Testing

/// Syntax that other programs write and that JSON doesn't have.
@Suite struct ForeignJSONTests {
  /// A text that isn't JSON, the error's text, and the text after following the advice.
  struct Example: Sendable {
    let text: String
    let place: FileError.Place
    let message: String
    let advice: String
    let followed: String

    init(
      _ text: String, column: Int, line: Int = 1, _ message: String, _ advice: String,
      followed: String
    ) {
      self.text = text
      let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let before = lines.prefix(line - 1).reduce(0) { $0 + $1.count + 1 }
      place = FileError.Place(line: line, column: column, offset: before + column - 1)
      self.message = message
      self.advice = advice
      self.followed = followed
    }
  }

  private static let numberAdvice =
    "write null instead: Python's json.dump refuses such numbers with allow_nan=False"

  static let examples = [
    Example(
      "{\"a.mp4\":{\"label\":\"FAKE\",\n\"original\":NaN}}", column: 12, line: 2,
      "expected a value, got NaN, a number that JSON doesn't have", numberAdvice,
      followed: "{\"a.mp4\":{\"label\":\"FAKE\",\n\"original\":null}}"),
    Example(
      "[1, Infinity]", column: 5, "expected a value, got Infinity, a number that JSON doesn't have",
      numberAdvice, followed: "[1, null]"),
    Example(
      "[-Infinity]", column: 2, "expected a value, got -Infinity, a number that JSON doesn't have",
      numberAdvice, followed: "[null]"),
    Example(
      "[-inf]", column: 2, "expected a value, got -inf, a number that JSON doesn't have",
      numberAdvice, followed: "[null]"),
    Example(
      "nan", column: 1, "expected a value, got nan, a number that JSON doesn't have", numberAdvice,
      followed: "null"),
    Example(
      "{\"a\": None}", column: 7, "expected a value, got None, which JSON spells null",
      "write null", followed: "{\"a\": null}"),
    Example(
      "{\"a\": undefined}", column: 7, "expected a value, got undefined, which JSON spells null",
      "write null", followed: "{\"a\": null}"),
    Example(
      "[True]", column: 2, "expected a value, got True, which JSON spells true", "write true",
      followed: "[true]"),
    Example(
      "[false, FALSE]", column: 9, "expected a value, got FALSE, which JSON spells false",
      "write false", followed: "[false, false]"),
    Example(
      "{'a': 1}", column: 2, "expected '\"', got a text in single quotes",
      "put it in double quotes, as Python's json.dump does and its print does not",
      followed: "{\"a\": 1}"),
    Example(
      "{\"a\": 'REAL'}", column: 7, "expected a value, got a text in single quotes",
      "put it in double quotes, as Python's json.dump does and its print does not",
      followed: "{\"a\": \"REAL\"}"),
    Example(
      "{label: 1}", column: 2, "expected '\"', got the word label without quotes",
      "write \"label\": texts and keys stand in double quotes", followed: "{\"label\": 1}"),
    Example(
      "{\"label\": REAL_1}", column: 11, "expected a value, got the word REAL_1 without quotes",
      "write \"REAL_1\": texts and keys stand in double quotes", followed: "{\"label\": \"REAL_1\"}"
    ),
    Example(
      "{\"a\": 1,\n}", column: 8, "a comma stands before '}', with nothing after it", "take it out",
      followed: "{\"a\": 1\n}"),
    Example(
      "[1, 2 , ]", column: 7, "a comma stands before ']', with nothing after it", "take it out",
      followed: "[1, 2  ]"),
    Example(
      "// labels\n{}", column: 1, "expected a value, got a comment",
      "take it out: JSON has no comments", followed: "\n{}"),
    Example(
      "{\"a\": 1 /* one */}", column: 9, "expected ',' or '}', got a comment",
      "take it out: JSON has no comments", followed: "{\"a\": 1 }"),
    Example(
      "{\"a\": # one\n1}", column: 7, "expected a value, got a comment",
      "take it out: JSON has no comments", followed: "{\"a\": \n1}"),
    Example(
      "{\"a\": 1}\n{\"b\": 2}", column: 1, line: 2,
      "expected the end of the file, got a second value",
      "make one value of them: a JSON file has no more, unlike one of JSON Lines",
      followed: "{\"a\": 1,\n\"b\": 2}"),
    Example(
      " \u{FEFF}{}", column: 2, "expected a value, got a byte-order mark",
      "take out the three bytes EF BB BF: save the file as UTF-8 without it", followed: " {}"),
  ]

  /// The error names the syntax and its position, and after following the advice the file is read.
  @Test(arguments: examples)
  func isNamedForWhatItIs(example: Example) throws {
    let error = #expect(throws: FileError.self) { try parse(Array(example.text.utf8)) }
    #expect(error?.code == .malformed)
    #expect(error?.place == example.place)
    #expect(error?.message == example.message)
    #expect(error?.advice == example.advice)
    _ = try parse(Array(example.followed.utf8))
  }

  /// A mark at the beginning is no mistake: editors of Windows write it, and it says nothing.
  @Test func aByteOrderMarkAtTheBeginningIsSkipped() throws {
    #expect(try parse([0xEF, 0xBB, 0xBF] + Array("[1]".utf8)) == parse(Array("[1]".utf8)))
  }

  /// UTF-16, with a mark and without, in both orders of bytes; saved as UTF-8 it is read.
  @Test(
    arguments: [
      [0xFF, 0xFE, 0x7B, 0, 0x7D, 0], [0xFE, 0xFF, 0, 0x7B, 0, 0x7D], [0x7B, 0, 0x7D, 0],
      [0, 0x7B, 0, 0x7D],
    ] as [[UInt8]])
  func otherEncodingsAreNamed(bytes: [UInt8]) throws {
    let error = #expect(throws: FileError.self) { try parse(bytes) }
    #expect(error?.message.hasSuffix("got text in UTF-16 or UTF-32") == true)
    #expect(error?.advice == "save the file as UTF-8")
    _ = try parse(bytes.filter { $0 == 0x7B || $0 == 0x7D })
  }

  /// A broken text keeps the advice for damaged files; words within strings are left alone.
  @Test func otherMistakesAreNotExplainedAway() throws {
    for text in ["{\"a\": 1", "[-]", "[\"\\x\"]", "[\"NaN", "{\"a\": =}", "[+1]", "[1 2]"] {
      let error = #expect(throws: FileError.self) { try parse(Array(text.utf8)) }
      #expect(error?.advice?.hasPrefix("the file may be cut or damaged") == true, "\(text)")
    }
    #expect(
      try parse(Array("[\"NaN, None and // 'x',]\"]".utf8))
        == .array([.string("NaN, None and // 'x',]")]))
  }

  /// A word of any length is quoted in part only.
  @Test func longWordsAreCut() {
    let error = #expect(throws: FileError.self) {
      try parse(Array(String(repeating: "x", count: 1_000_000).utf8))
    }
    #expect((error?.description.utf8.count ?? .max) < 300)
  }

  private func parse(_ bytes: [UInt8]) throws -> JSONValue {
    try JSONValue.parse(bytes, path: "m.json")
  }
}
