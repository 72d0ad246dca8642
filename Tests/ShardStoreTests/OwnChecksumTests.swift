import Files
import Testing

@testable import ShardStore

@Suite struct OwnChecksumTests {
  /// The very bytes, so that a change of the format can't go unnoticed.
  @Test func bytesOfADocumentWithItsChecksum() {
    let record = OwnChecksum.added(to: Array(#"{"a":1}"#.utf8), name: Array("n".utf8))
    #expect(String(decoding: record, as: UTF8.self) == #"{"a":1,"ownCRC32":1344648459}"#)
    #expect(CRC32.checksum(Array(#"n{"a":1"#.utf8)) == 1_344_648_459)
    let lines = OwnChecksum.added(to: Array("{\n  \"a\" : 1\n}".utf8))
    #expect(
      String(decoding: lines, as: UTF8.self) == "{\n  \"a\" : 1,\n  \"ownCRC32\" : 3074324393\n}")
  }

  /// A change of any byte to any value is noticed, except in the space around the checksum itself.
  @Test func everyChangeOfAByteIsSeen() {
    let name = Array("clip".utf8)
    let document = OwnChecksum.added(
      to: Array(#"{"a":1,"b":"x\"ownCRC32\":5}","c":[{"ownCRC32":7}]}"#.utf8), name: name)
    #expect(OwnChecksum.state(of: document, name: name) == .right)
    #expect(OwnChecksum.state(of: document + Array("\n \t".utf8), name: name) == .right)
    for index in document.indices {
      for value in UInt8.min...UInt8.max where value != document[index] {
        var changed = document
        changed[index] = value
        #expect(
          OwnChecksum.state(of: changed, name: name) != .right, "byte \(index) became \(value)")
      }
    }
    #expect(OwnChecksum.state(of: document, name: Array("clop".utf8)) != .right)
  }

  @Test func documentsWithoutOneAreMissingIt() {
    for text in ["", "{}", "}", #"{"a":1}"#, #"{"ownCRC32":}"#, #"{"a":1,"ownCRC32":12345678901}"#]
    {
      #expect(OwnChecksum.state(of: Array(text.utf8)) == .missing, "\(text)")
    }
    #expect(
      OwnChecksum.state(of: Array(#"{"a":1,"ownCRC32":9999999999}"#.utf8))
        == .wrong(expected: 9_999_999_999, got: CRC32.checksum(Array(#"{"a":1"#.utf8))))
    expectError(.damagedRecord, "here: expected a checksum at its end (ownCRC32), got none") {
      try OwnChecksum.check(Array("{}".utf8), isRequired: true, subject: "here")
    }
    #expect(throws: Never.self) {
      try OwnChecksum.check(Array("{}".utf8), isRequired: false, subject: "here")
    }
  }
}
