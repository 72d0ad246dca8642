/// Bytes in any of the forms that pickles have for `bytes` and `bytearray`.
///
/// Only protocols 3 and up have instructions for them. Protocol 2 of Python 3 writes a string whose
/// characters are the bytes and a call that encodes it; Python 2 a string that is the bytes.
struct PickledBytes {
  private enum Form {
    case bytes([UInt8])
    /// The UTF-8 form is the bytes.
    case python2(String)
    /// Each character is a byte.
    case latin1(String)
  }

  private let form: Form

  /// Nil for a value that is no bytes. Costs nothing: nothing is copied.
  init?(_ value: PickleValue, in pickle: Pickle) {
    switch value {
    case .bytes(let bytes): form = .bytes(bytes)
    case .string(let text): form = .python2(text)
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

  /// How many bytes there are, or at most are where counting them means reading all of a string.
  var maximumCount: Int {
    switch form {
    case .bytes(let bytes): bytes.count
    case .python2(let text), .latin1(let text): text.utf8.count
    }
  }

  /// The bytes; nil if a character of the string is none.
  var bytes: [UInt8]? {
    switch form {
    case .bytes(let bytes): bytes
    case .python2(let text): Array(text.utf8)
    case .latin1(let text): Self.latin1(Array(text.utf8))
    }
  }

  /// Characters up to U+00FF: one byte below 0x80, or C2 or C3 and a second one.
  private static func latin1(_ encoded: [UInt8]) -> [UInt8]? {
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: encoded.count) { bytes, count in
      var position = 0
      while position < encoded.count {
        var byte = encoded[position]
        position += 1
        if byte >= 0x80 {
          guard byte <= 0xC3, position < encoded.count else {
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
