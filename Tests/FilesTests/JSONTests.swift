@testable import Files
import Foundation
import Testing

@Suite struct JSONTests {
  @Test func readsEveryKindOfValue() throws {
    let value = try parse(
      "\u{FEFF} {\"a\": [1, -0.5e+3, true, false, null, {}, []], \"\\u00e9\\ud83d\\ude00\\n\": \"\u{E9}\"} "
    )
    #expect(
      value
        == .object([
          JSONMember(
            key: "a",
            value: .array([
              .number("1"), .number("-0.5e+3"), .bool(true), .bool(false), .null, .object([]),
              .array([]),
            ])),
          JSONMember(key: "\u{E9}\u{1F600}\n", value: .string("\u{E9}")),
        ]))
  }

  /// Foundation decides what is JSON; the two must agree on every text that the other rules allow.
  @Test(arguments: [
    "[1]", "[01]", "[1.]", "[.5]", "[1e]", "[1e5]", "[-]", "[+1]", "[,1]", "[1 2]", "{",
    "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1}x", "[tru]", "[nul", "[\"a]",
    "[\"\\x\"]", "[\"\\u12\"]", "[\"\\u12G4\"]", "[\"\\ud800\"]", "[\"\\udc00\"]",
    "[\"\\ud800\\u0041\"]", "[\"\t\"]", "[\"\\/\\b\\f\"]", "[]]", "[[]", "", " ", "[\u{B}1]",
    "[1\u{C}]", "\"text\"", "12", "null", "[\"\u{7F}\"]", "{\"a\":{\"b\":[{}]}}", "[1]\n\n",
  ])
  func agreesWithFoundation(text: String) {
    let expected = try? JSONSerialization.jsonObject(
      with: Data(text.utf8), options: .fragmentsAllowed)
    #expect(((try? parse(text)) != nil) == (expected != nil))
  }

  /// Foundation lets these pass; RFC 8259 does not, and other readers of the data set fail on them.
  @Test(arguments: ["[1,]", "{\"a\":1,}"])
  func refusesCommasAtTheEnd(text: String) {
    expectError(.malformed, "m.json:1") { _ = try parse(text) }
  }

  @Test func refusesBytesThatAreNotText() {
    #expect(throws: FileError.self) {
      _ = try JSONValue.parse([0x5B, 0x22, 0xFF, 0x22, 0x5D], path: "x")
    }
  }

  @Test func boundsNesting() {
    expectError(.malformed, "nested deeper") {
      _ = try parse(String(repeating: "[", count: 100_000))
    }
  }

  @Test func tellsLineAndColumn() {
    expectError(.malformed, "m.json:3", "column 5") {
      _ = try parse("{\n\"a\": 1,\n    b}")
    }
    expectError(.duplicate, "m.json:2", "\"a\" is there twice") {
      _ = try parse("{\"a\": 1,\n\"\\u0061\": 2}")
    }
  }

  /// An extract of a file: errors name the place in the whole.
  @Test func piecesOfAFile() throws {
    let bytes = Array(#"junk{"a" : [1, 20 ], "b":"x"} junk"#.utf8)
    var reader = JSONReader(bytes, range: 4..<bytes.count - 5, path: "f", textName: "the header")
    try reader.expect("{")
    var isFirst = true
    #expect(try reader.nextMember(&isFirst))
    #expect(try reader.key() == "a")
    #expect(try reader.wholeNumbers(atMost: 2) == [1, 20])
    #expect(try reader.nextMember(&isFirst))
    #expect(try reader.key() == "b")
    let error = #expect(throws: FileError.self) { _ = try reader.wholeNumber() }
    #expect(error?.place == FileError.Place(line: 1, column: 22, offset: 25))
    #expect(try reader.string() == "x")
    #expect(try !reader.nextMember(&isFirst))
    try reader.expectEnd()
    let end = #expect(throws: FileError.self) { try reader.expect("}") }
    #expect(end?.message == "expected '}', got the end of the header")
  }

  private func expectError(
    _ code: FileError.Code, _ parts: String..., body: () throws -> Void
  ) {
    let error = #expect(throws: FileError.self, performing: body)
    #expect(error?.code == code)
    for part in parts { #expect(error?.description.contains(part) == true, "\(part)") }
  }

  private func parse(_ text: String) throws -> JSONValue {
    try JSONValue.parse(Array(text.utf8), path: "m.json")
  }
}
