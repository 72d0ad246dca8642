/// Bytes in any of the forms that pickles have for `bytes` and `bytearray`.
///
/// Only protocols 3 and up have instructions for them. In protocol 2, Python 3 writes a string
/// whose characters are the bytes and a call that encodes it; Python 2 writes a string that is the
/// bytes.
struct PickledBytes {
  private enum Form {
    case bytes(ArraySlice<UInt8>)
    /// A string in UTF-8; each character stands for a byte.
    case latin1(ArraySlice<UInt8>)
  }

  private let form: Form

  /// Nil for a value that is no bytes. Bytes and long strings are not copied.
  init?(_ value: PickleValue, in pickle: Pickle) {
    switch value {
    // A string of Python 2 is the bytes.
    case .bytes(let bytes), .longString(let bytes): form = .bytes(bytes)
    case .string(let text): form = .bytes(Array(text.utf8)[...])
    case .object(let index):
      var object = pickle.objects[index]
      // bytearray(bytes); there is no second level.
      if object.kind == .call(TorchGlobals.byteArray), object.items.count == 1,
        let argument = pickle.object(object.items[0])
      {
        object = argument
      }
      switch (object.kind, object.items.first, object.items.dropFirst().first) {
      case (.call(TorchGlobals.encode), .string(let text)?, .string("latin1")?),
        (.call(TorchGlobals.byteArray), .string(let text)?, .string("latin-1")?):
        form = .latin1(Array(text.utf8)[...])
      case (.call(TorchGlobals.encode), .longString(let text)?, .string("latin1")?),
        (.call(TorchGlobals.byteArray), .longString(let text)?, .string("latin-1")?):
        form = .latin1(text)
      case (.call(TorchGlobals.bytes), nil, nil), (.call(TorchGlobals.byteArray), nil, nil):
        form = .bytes([])
      case (.call(TorchGlobals.byteArray), .bytes(let bytes)?, nil):
        form = .bytes(bytes)
      default: return nil
      }
    default: return nil
    }
  }

  /// The number of bytes, or an upper bound if counting would mean reading a whole string.
  var maximumCount: Int {
    switch form {
    case .bytes(let bytes), .latin1(let bytes): bytes.count
    }
  }

  /// The bytes; nil if a character of the string is above U+00FF.
  var bytes: [UInt8]? {
    switch form {
    case .bytes(let bytes): Array(bytes)
    case .latin1(let text): text.withUnsafeBufferPointer { Self.latin1($0) }
    }
  }

  /// Characters up to U+00FF: one byte below 0x80, or C2 or C3 and a second one.
  private static func latin1(_ encoded: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: encoded.count) { bytes, count in
      var position = 0
      while position < encoded.count {
        var byte = encoded[position]
        position += 1
        if byte >= 0x80 {
          guard byte == 0xC2 || byte == 0xC3, position < encoded.count,
            encoded[position] & 0xC0 == 0x80
          else {
            isWhole = false
            return
          }
          byte = byte << 6 | encoded[position] & 0x3F
          position += 1
        }
        bytes.initializeElement(at: count, to: byte)
        count += 1
      }
    }
    return isWhole ? bytes : nil
  }
}
