/// A file that `numpy.savez` wrote: a zip file of arrays, each a file of the format `.npy` (NEP 1).
enum NumPyArchive {
  private static let ending = ".npy"
  /// In bytes; the header of an array of 64 dimensions is far shorter.
  private static let maximumHeaderLength = 1 << 16

  static func isArchive(_ names: [String]) -> Bool {
    !names.isEmpty && names.allSatisfy { $0.hasSuffix(ending) }
  }

  /// Reads the tensors in file order; each has the name of its record.
  static func read(file: String, bytes: [UInt8]) throws(TorchFileError) -> [TensorEntry] {
    var bytes = bytes
    let records = try ZipReader.records(file: file, bytes: &bytes)
    var tensors: [TensorEntry] = []
    for record in records.values.sorted(by: { $0.headerOffset < $1.headerOffset }) {
      let name = String(record.name.dropLast(ending.count))
      tensors.append(TensorEntry(name, try tensor(record, file: file, bytes: bytes)))
    }
    return tensors
  }

  private static func tensor(
    _ record: ZipRecord, file: String, bytes: [UInt8]
  ) throws(TorchFileError) -> TorchTensor {
    func error(_ code: TorchFileError.Code, _ message: String) -> TorchFileError {
      TorchFileError(
        code, file: file, place: "record \(record.name.prefix(200).debugDescription)", message)
    }
    var reader = ByteReader(file: file, bytes: bytes, range: record.data)
    let magic = try reader.take(6, "the beginning of an array")
    guard bytes[magic].elementsEqual([0x93] + Array("NUMPY".utf8)) else {
      throw error(.malformed, "expected an array of NumPy, got other bytes")
    }
    let version = try reader.byte("a version")
    _ = try reader.byte("a version")
    let length =
      version == 1
      ? Int(try reader.littleEndian(UInt16.self, "the header's length"))
      : Int(try reader.littleEndian(UInt32.self, "the header's length"))
    guard (1...3).contains(version), length <= maximumHeaderLength else {
      throw error(.unsupported, "expected a header of version 1 to 3, got another one")
    }
    let text = String(decoding: bytes[try reader.take(length, "the header")], as: UTF8.self)
    guard let header = NumPyHeader(text) else {
      throw error(.malformed, "expected a type, an order and a shape, got '\(text.prefix(200))'")
    }
    guard let type = header.type else {
      throw error(
        .unsupported,
        "expected little-endian real numbers, integers or bool, got NumPy's type "
          + header.descriptor.debugDescription)
    }
    let range = reader.position..<record.data.upperBound
    do throws(TensorLayout.Invalid) {
      let stored = header.isFortran ? Array(header.shape.reversed()) : header.shape
      let buffer = try TensorLayout(
        contiguous: stored, storageCount: range.count / type.byteCount)
      guard buffer.count * type.byteCount == range.count else {
        throw TensorLayout.Invalid(
          message:
            "expected \(buffer.count) elements of \(type.byteCount) bytes, got \(range.count)")
      }
      let layout =
        header.isFortran
        ? try TensorLayout(
          shape: buffer.shape.reversed(), strides: buffer.strides.reversed(), offset: 0,
          storageCount: buffer.count) : buffer
      return try layout.checkedTensor(type, bytes: bytes, range: range)
    } catch { throw TorchFileError(.malformed, file: file, place: record.name, error.message) }
  }
}

/// The header of a `.npy` file: `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
private struct NumPyHeader {
  var descriptor = ""
  var isFortran = false
  var shape: [Int] = []

  var type: ElementType? {
    switch descriptor {
    case "<f2": .float16
    case "<f4": .float32
    case "<f8": .float64
    case "|i1": .int8
    case "<i2": .int16
    case "<i4": .int32
    case "<i8": .int64
    case "|u1": .uint8
    case "<u2": .uint16
    case "<u4": .uint32
    case "<u8": .uint64
    case "|b1": .bool
    default: nil
    }
  }

  init?(_ text: String) {
    guard let descriptor = Self.value(of: "descr", in: text, until: ","),
      let order = Self.value(of: "fortran_order", in: text, until: ","),
      let shape = Self.value(of: "shape", in: text, until: ")"), shape.first == "("
    else { return nil }
    self.descriptor = descriptor.filter { !"'\"".contains($0) }
    isFortran = order == "True"
    let numbers = shape.dropFirst().split(separator: ",")
      .map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    self.shape = numbers.compactMap { Int($0) }
    guard self.shape.count == numbers.count, self.shape.count <= TensorLayout.maximumRank,
      self.shape.allSatisfy({ $0 >= 0 })
    else { return nil }
  }

  private static func value(of key: String, in text: String, until end: Character) -> String? {
    let parts = text.split(separator: "'\(key)':", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    return String(parts[1].prefix { $0 != end }.drop { $0 == " " })
  }
}
