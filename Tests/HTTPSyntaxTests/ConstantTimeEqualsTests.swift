import HTTPSyntax
import Testing

@Suite struct ConstantTimeEqualsTests {
  @Test(arguments: [
    ("", "", true), ("a", "a", true), ("abc", "abc", true), ("abc", "abd", false),
    ("abc", "bbc", false), ("abc", "ab", false), ("", "a", false), ("a", "", false),
    ("a", "a\0", false), ("\0", "", false),
  ])
  func texts(_ first: String, _ second: String, _ expected: Bool) {
    #expect(constantTimeEquals(first.utf8, second.utf8) == expected)
    #expect(constantTimeEquals(second.utf8, Array(first.utf8)) == expected)
  }

  /// Lengths that differ by a multiple of 256 are not equal.
  @Test func lengths() {
    let zeros = [UInt8](repeating: 0, count: 256)
    #expect(!constantTimeEquals(zeros, []))
    #expect(!constantTimeEquals(zeros + zeros, zeros))
    #expect(constantTimeEquals(zeros, zeros))
  }
}
