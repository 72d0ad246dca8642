/// Writes pickles by hand, valid and hostile ones: each function returns the bytes of one value.
enum PickleBytes {
  static func string(_ text: String) -> [UInt8] {
    [0x58] + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  static func integer(_ value: Int) -> [UInt8] {
    [0x8A, 8] + littleEndian(UInt64(bitPattern: Int64(value)))
  }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func tuple(_ items: [[UInt8]]) -> [UInt8] {
    [0x28] + items.flatMap { $0 } + [0x74]
  }

  static func tuple(_ numbers: [Int]) -> [UInt8] { tuple(numbers.map(integer)) }

  static func list(_ items: [[UInt8]]) -> [UInt8] {
    [0x5D, 0x28] + items.flatMap { $0 } + [0x65]
  }

  static func dictionary(_ entries: [(String, [UInt8])]) -> [UInt8] {
    [0x7D, 0x28] + entries.flatMap { string($0) + $1 } + [0x75]
  }

  static func call(_ global: [UInt8], _ arguments: [[UInt8]]) -> [UInt8] {
    global + tuple(arguments) + [0x52]
  }

  /// A whole pickle: PROTO 2, the value, STOP.
  static func pickle(_ value: [UInt8]) -> [UInt8] { [0x80, 2] + value + [0x2E] }

  static func storage(
    _ key: String, count: Int, type: String = "FloatStorage", view: [UInt8] = [0x4E]
  ) -> [UInt8] {
    tuple([
      string("storage"), global("torch", type), string(key), string("cpu"), integer(count), view,
    ]) + [0x51]
  }

  static func tensor(
    _ storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]
  ) -> [UInt8] {
    call(
      global("torch._utils", "_rebuild_tensor_v2"),
      [
        storage, integer(offset), tuple(shape), tuple(strides), [0x89],
        call(global("collections", "OrderedDict"), []),
      ])
  }

  static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

/// A legacy PyTorch file made by hand.
struct LegacyFile {
  var protocolNumber = 1001
  var isLittleEndian = true
  /// The saved object, without PROTO and STOP.
  var object: [UInt8]
  /// Keys and elements, all float32.
  var storages: [(key: String, values: [Float])] = []
  var trailing: [UInt8] = []

  /// The file up to the saved object, without it.
  var header: [UInt8] {
    let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    return PickleBytes.pickle([0x8A, 10] + magic)
      + PickleBytes.pickle(PickleBytes.integer(protocolNumber))
      + PickleBytes.pickle(
        PickleBytes.dictionary([("little_endian", [isLittleEndian ? 0x88 : 0x89])]))
  }

  var bytes: [UInt8] {
    header + PickleBytes.pickle(object)
      + PickleBytes.pickle(PickleBytes.list(storages.map { PickleBytes.string($0.key) }))
      + storages.flatMap { storage in
        PickleBytes.littleEndian(Int64(storage.values.count))
          + storage.values.flatMap { PickleBytes.littleEndian($0.bitPattern) }
      } + trailing
  }

  /// A file with one tensor `x` over a storage of four elements.
  static func oneTensor(offset: Int = 0, shape: [Int], strides: [Int]) -> LegacyFile {
    let tensor = PickleBytes.tensor(
      PickleBytes.storage("0", count: 4), offset: offset, shape: shape, strides: strides)
    return LegacyFile(
      object: PickleBytes.dictionary([("x", tensor)]), storages: [("0", [1, 2, 3, 4])])
  }
}
