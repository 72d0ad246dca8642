/// Plain values and what containers hold.
extension PickleMachine {
  mutating func checkProtocol() throws(TorchFileError) {
    let version = try reader.byte("a protocol number")
    guard version <= 5 else {
      throw error(
        .unsupported, "expected pickle protocol 0 to 5, got \(version): save again with protocol 4")
    }
  }

  /// FRAME gives the number of bytes that can be read ahead. It is only checked against the end
  /// here.
  mutating func checkFrame() throws(TorchFileError) {
    let size = try reader.littleEndian(UInt64.self, "a frame's size")
    guard size <= UInt64(reader.remaining) else {
      throw error(
        .truncated,
        "expected a frame of \(size) bytes, got \(reader.remaining): the file is incomplete or "
          + "damaged")
    }
  }

  /// A length of any width; it may be negative. One that doesn't fit an Int exceeds any file.
  mutating func length<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) throws(TorchFileError) -> Int {
    Int(clamping: try reader.littleEndian(type, "a length"))
  }

  /// Little-endian two's complement.
  mutating func longInteger(length: Int) throws(TorchFileError) -> PickleValue {
    let bytes = try stringBytes(length: length)
    guard length <= 8 else { return .largeInteger(Array(bytes)) }
    var value: Int64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : -1
    for byte in bytes.reversed() { value = value << 8 | Int64(byte) }
    return .integer(Int(value))
  }

  mutating func unicodeString(length: Int) throws(TorchFileError) -> PickleValue {
    let bytes = try stringBytes(length: length)
    guard length <= PickleValue.longestString else { return .longString(bytes) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error(.malformed, "expected a string of \(length) bytes in UTF-8, got other bytes")
    }
    return .string(text)
  }

  /// A Python 2 `str`: text if it is UTF-8 and short, else bytes.
  mutating func byteString(length: Int) throws(TorchFileError) -> PickleValue {
    let bytes = try stringBytes(length: length)
    guard length <= PickleValue.longestString else { return .bytes(bytes) }
    return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(bytes)
  }

  mutating func stringBytes(length: Int) throws(TorchFileError) -> ArraySlice<UInt8> {
    guard length >= 0, length <= limits.stringLength else {
      throw error(
        .limitExceeded, "expected a string of at most \(limits.stringLength) bytes, got \(length)")
    }
    return reader.bytes[try reader.take(length, "a string")]
  }

  mutating func extend(
    _ kind: PickleObject.Kind, with items: [PickleValue]
  ) throws(TorchFileError) {
    let target = try pop()
    if kind == .dictionary { try checkPairs(items) }
    guard case .object(let index) = target else {
      throw error(.malformed, "expected a \(kind) to add to, got another value")
    }
    switch objects[index].kind {
    case kind: objects[index].items += items
    // An object of a dictionary's subclass. Items of other lists' and sets' subclasses are not
    // needed.
    case .opaque: if kind == .dictionary { objects[index].entries += items }
    default: throw error(.malformed, "expected a \(kind) to add to, got another value")
    }
    try push(target)
  }

  mutating func pushDictionary() throws(TorchFileError) {
    let items = try popToMark()
    try checkPairs(items)
    try pushObject(.dictionary, items)
  }

  private func checkPairs(_ items: [PickleValue]) throws(TorchFileError) {
    guard items.count.isMultiple(of: 2) else {
      throw error(.malformed, "expected pairs of key and value, got \(items.count) values")
    }
  }
}
