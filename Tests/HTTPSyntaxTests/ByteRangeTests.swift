import HTTPSyntax
import Testing

@Suite struct ByteRangeTests {
  @Test(arguments: [
    ("bytes=0-", 0..<1000), ("bytes=0-0", 0..<1), ("bytes=0-999", 0..<1000),
    ("bytes=0-5000", 0..<1000), ("bytes=999-", 999..<1000), ("bytes=10-19", 10..<20),
    ("bytes=-500", 500..<1000), ("bytes=-1000", 0..<1000), ("bytes=-5000", 0..<1000),
    ("BYTES=1-2", 1..<3), (" bytes=1-2 ", 1..<3), ("bytes=001-0002", 1..<3),
    ("bytes=0-99999999999999999999999", 0..<1000), ("bytes=-99999999999999999999999", 0..<1000),
    ("bytes=0-9223372036854775807", 0..<1000),
  ])
  func parts(_ header: String, _ expected: Range<Int>) {
    #expect(ByteRange(header: header, size: 1000) == .part(expected))
  }

  /// Headers that are ignored.
  @Test(
    arguments: [
      nil, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=1-2,4-5",
      "bytes=1-2,",
      "items=0-5", "bytes=1", "bytes=+1-2", "bytes=1-+2", "bytes=--5", "bytes=1-2-3", "bytes 0-5",
      "bytes=0x1-2", "bytes=1 - 2", "bytes=99999999999999999999999-1", "bytes=٣-", "bytes=1.0-2",
      "bytes=99999999999999999999-99999999999999999998",
    ] as [String?])
  func ignored(_ header: String?) {
    #expect(ByteRange(header: header, size: 1000) == .whole)
  }

  @Test(arguments: [
    ("bytes=1000-", 1000), ("bytes=1000-1001", 1000), ("bytes=-0", 1000), ("bytes=0-", 0),
    ("bytes=0-0", 0), ("bytes=99999999999999999999-", 1000), ("bytes=0-", -5),
    ("bytes=9223372036854775807-", Int.max),
    ("bytes=99999999999999999998-99999999999999999999", 1000),
  ])
  func unsatisfiable(_ header: String, size: Int) {
    #expect(ByteRange(header: header, size: size) == .unsatisfiable)
  }

  @Test func extremeSizes() {
    #expect(ByteRange(header: "bytes=-5", size: 0) == .whole)
    #expect(ByteRange(header: "bytes=0-", size: .max) == .part(0..<Int.max))
    #expect(ByteRange(header: "bytes=-1", size: .max) == .part(Int.max - 1..<Int.max))
  }
}
