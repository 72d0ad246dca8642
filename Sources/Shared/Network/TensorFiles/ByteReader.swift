/// Reads the bytes of a file, or of a part of it, from front to back. Every read is checked against
/// the end.
struct ByteReader {
  let file: String
  let bytes: [UInt8]
  /// Offset of the next byte from the beginning of the file, also when only a part is read.
  private(set) var position: Int
  private let end: Int

  init(file: String, bytes: [UInt8]) {
    self.init(file: file, bytes: bytes, range: 0..<bytes.count)
  }

  init(file: String, bytes: [UInt8], range: Range<Int>) {
    self.file = file
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - position }

  /// Skips `count` bytes and returns their range. `what` names them in the error.
  mutating func take(_ count: Int, _ what: String) throws(TorchFileError) -> Range<Int> {
    guard count >= 0, count <= remaining else {
      throw error(
        .truncated,
        "expected \(count) bytes of \(what), got \(remaining): the file is incomplete or damaged")
    }
    defer { position += count }
    return position..<position + count
  }

  mutating func byte(_ what: String) throws(TorchFileError) -> UInt8 {
    bytes[try take(1, what).lowerBound]
  }

  mutating func littleEndian<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, _ what: String
  ) throws(TorchFileError) -> Value {
    let range = try take(MemoryLayout<Value>.size, what)
    return bytes.withUnsafeBytes {
      Value(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: type))
    }
  }

  /// Reads a line and returns it without its line feed.
  mutating func line(maximumLength: Int, _ what: String) throws(TorchFileError) -> String {
    let start = position
    let bytes = try lineBytes(maximumLength: maximumLength, what)
    guard let line = String(validating: bytes, as: UTF8.self) else {
      throw error(.malformed, at: start, "expected \(what) in UTF-8, got other bytes")
    }
    return line
  }

  /// Reads a line and returns its bytes without the line feed.
  mutating func lineBytes(
    maximumLength: Int, _ what: String
  ) throws(TorchFileError) -> ArraySlice<UInt8> {
    let start = position
    let window = bytes[start..<end].prefix(min(maximumLength, end) + 1)
    guard let lineEnd = window.firstIndex(of: UInt8(ascii: "\n")) else {
      if window.count > maximumLength {
        throw error(.limitExceeded, "expected at most \(maximumLength) bytes of \(what)")
      }
      throw error(.truncated, "expected \(what), got the end of the file")
    }
    position = lineEnd + 1
    return bytes[start..<lineEnd]
  }

  /// An error at `position`, or at `other` when given.
  func error(
    _ code: TorchFileError.Code, at other: Int? = nil, _ message: String
  ) -> TorchFileError {
    TorchFileError(code, file: file, place: "at byte \(other ?? position)", message)
  }
}
