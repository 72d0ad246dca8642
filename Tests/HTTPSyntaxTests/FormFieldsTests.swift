import HTTPSyntax
import Testing

@Suite struct FormFieldsTests {
  @Test(
    arguments: [
      ("token=abc", "abc"), ("a=b&token=a+b%2Bc", "a b+c"), ("token=%C3%BC%e2%82%ac", "ü€"),
      ("token=a=b", "a=b"), ("token=", ""), ("token", ""), ("&&token=1&", "1"), ("t%6Fken=1", "1"),
      ("token=1&token=2", "1"), ("token=%", "%"), ("token=%4", "%4"), ("token=%zz%41", "%zzA"),
      ("token=%FF", "\u{FFFD}"), ("token=%0D%0A%00", "\r\n\0"), ("Token=1", nil), ("", nil),
      ("=1", nil),
    ] as [(String, String?)])
  func fields(_ form: String, _ expected: String?) throws {
    let fields = try #require(FormFields(urlEncoded: form.utf8))
    #expect(fields["token"] == expected)
  }

  /// Text that is encoded for a query is decoded unchanged, and none of its characters is special.
  @Test(arguments: ["cannot tell&x=1/é", "+%00", "a~b-c._d", "\r\n\0", "😀=?#", ""])
  func encodedValuesComeBack(_ value: String) throws {
    let encoded = PercentCoding.encodedForQuery(value)
    #expect(encoded.allSatisfy { $0.isASCII && !"&=+#?/ ".contains($0) })
    #expect(FormFields(urlEncoded: Array("token=\(encoded)".utf8))?["token"] == value)
  }

  @Test func largeFormsAreRefused() {
    #expect(FormFields(urlEncoded: [UInt8](repeating: 0x61, count: 8192)) != nil)
    #expect(FormFields(urlEncoded: [UInt8](repeating: 0x61, count: 8193)) == nil)
    #expect(FormFields(urlEncoded: "a=b".utf8, limit: 2) == nil)
    #expect(FormFields(urlEncoded: [UInt8](repeating: 0x26, count: 8192)) != nil)
  }
}
