import Terminal
import Testing

/// Wrapped text.
@Suite struct WrappedTextTests {
  /// Lines break between words and are indented.
  @Test func lines() {
    #expect("one two three".wrapped(width: 8) == "one two\nthree")
    #expect("one two three".wrapped(width: 9, indent: "  ") == "  one two\n  three")
    #expect(
      "one two three".wrapped(width: 9, indent: "  ", isFirstIndented: false)
        == "one two\n  three")
  }

  /// Long words and line breaks stay.
  @Test func exceptions() {
    #expect("a/very/long/path is here".wrapped(width: 8) == "a/very/long/path\nis here")
    #expect("one\ntwo".wrapped(width: 40) == "one\ntwo")
    #expect("".wrapped() == "")
  }
}
