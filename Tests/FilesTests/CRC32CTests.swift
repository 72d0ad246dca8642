import Files
import Testing

@Suite struct CRC32CTests {
  /// The check value of the catalogues, and the examples of RFC 3720, appendix B.4.
  @Test(
    arguments: [
      (Array("123456789".utf8), 0xE306_9283),
      ([], 0),
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(0..<32), 0x46DD_794E),
      (Array((0..<32).reversed()), 0x113F_DB5C),
    ] as [([UInt8], UInt32)])
  func knownAnswers(bytes: [UInt8], expected: UInt32) {
    #expect(CRC32C.checksum(bytes) == expected)
  }

  @Test func pieces() {
    let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for cut in [0, 1, 8, 299, 300] {
      var checksum = CRC32C()
      checksum.update(bytes[..<cut])
      checksum.update(bytes[cut...])
      #expect(checksum.value == CRC32C.checksum(bytes))
    }
  }
}
