import Foundation
import Testing

@testable import Files

/// Decompression.
@Suite struct InflationTests {
  // Python: zlib.compress(b"abc" * 5)
  private static let zlib: [UInt8] = [
    0x78, 0x9C, 0x4B, 0x4C, 0x4A, 0x4E, 0x44, 0x42, 0x00, 0x2D, 0xF5, 0x05, 0xBF,
  ]

  /// Stored blocks of gzip, one member after another.
  private static func gzip(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    func number(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    let size = UInt16(bytes.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 1] + number(size) + number(~size) + bytes
      + number(CRC32.checksum(bytes)) + number(UInt32(bytes.count))
  }

  private func inflate(
    _ bytes: [UInt8], _ format: Inflation.Format, maximumBytes: Int = 100
  ) throws(FileError) -> String {
    String(
      decoding: try Inflation.inflate(
        bytes[...], format, maximumBytes: maximumBytes, subject: "test"), as: UTF8.self)
  }

  /// The three formats.
  @Test func frames() throws {
    let text = String(repeating: "abc", count: 5)
    #expect(try inflate(Self.zlib, .zlib) == text)
    #expect(try inflate(Array(Self.zlib.dropFirst(2).dropLast(4)), .raw) == text)
    #expect(try inflate(Self.gzip("one, ") + Self.gzip("two"), .gzip) == "one, two")
  }

  /// Bytes that are cut off, damaged, too long or followed by others are an error.
  @Test func errors() {
    func code(_ bytes: [UInt8], _ format: Inflation.Format, _ maximum: Int = 100) -> FileError.Code?
    {
      do throws(FileError) {
        _ = try inflate(bytes, format, maximumBytes: maximum)
        return nil
      } catch { return error.code }
    }
    #expect(code(Array(Self.zlib.dropLast()), .zlib) == .malformed)
    #expect(code(Array(Self.zlib.dropLast()) + [0], .zlib) == .malformed)
    #expect(code(Self.zlib + [0], .zlib) == .malformed)
    #expect(code([], .raw) == .malformed)
    #expect(code(Self.gzip("one") + [7], .gzip) == .malformed)
    #expect(code(Self.zlib, .zlib, 14) == .tooLarge && code(Self.zlib, .zlib, 15) == nil)
  }
}
