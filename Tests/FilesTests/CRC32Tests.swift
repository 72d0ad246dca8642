import Files
import Testing

@Suite struct CRC32Tests {
  @Test func knownValues() {
    // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CRC32.checksum([]) == 0)
    #expect(CRC32.checksum([UInt8](repeating: 0, count: 32)) == 0x190A_55AD)
  }

  @Test func piecesEqualTheWhole() {
    let bytes = (0..<10_007).map { UInt8(truncatingIfNeeded: $0 * $0 % 251) }
    let whole = CRC32.checksum(bytes)
    for piece in [1, 2, 7, 33, 4_096] {
      var checksum = CRC32()
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + piece)
        checksum.update(Array(bytes[start..<end]))
        checksum.update([])
        start = end
      }
      #expect(checksum.value == whole, "pieces of \(piece)")
    }
    #expect(CRC32.checksum(bytes.span.bytes) == whole)
  }
}
