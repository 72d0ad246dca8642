internal import Foundation

/// An array in a file that `numpy.save` wrote (`.npy`): uint8, float32 or float64 only. See
/// numpy/lib/format.py.
package struct NumPyFile: Sendable {
  /// The elements in row-major order.
  package enum Elements: Sendable {
    /// `uint8`.
    case bytes([UInt8])
    /// `float32`; `float64` is rounded to it.
    case floats([Float])
  }

  package let path: String
  /// The size of each dimension, outermost first.
  package let shape: [Int]
  /// The elements; their count is the product of `shape`.
  package let elements: Elements

  /// The largest file that is read, in bytes.
  package static let maximumBytes = 2 << 30

  /// A header of a type, an order and a shape is far shorter; numpy.load has the same limit.
  private static let maximumHeaderBytes = 10_000

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  package init(contentsOf path: String) throws(TorchFileError) {
    let bytes = try readFileBytes(path, maximumSize: Self.maximumBytes)
    var reader = ByteReader(file: path, bytes: bytes)
    let foreign = TorchFileError(
      .unknownFormat, file: path, "expected an array that numpy.save wrote, got something else")
    guard bytes.starts(with: Self.magic), bytes.count > 10 else { throw foreign }
    _ = try reader.take(Self.magic.count, "magic bytes")
    let version = try reader.byte("version")
    _ = try reader.byte("version")
    guard (1...3).contains(version) else { throw foreign }
    let length =
      version == 1
      ? Int(try reader.littleEndian(UInt16.self, "header length"))
      : Int(try reader.littleEndian(UInt32.self, "header length"))
    guard length <= Self.maximumHeaderBytes else {
      throw TorchFileError(
        .malformed, file: path,
        "expected a header of at most \(Self.maximumHeaderBytes) bytes, got \(length)")
    }
    let header = String(decoding: bytes[try reader.take(length, "header")], as: UTF8.self)
    guard let type = Self.quoted("descr", in: header), let shape = Self.shape(in: header) else {
      throw TorchFileError(
        .malformed, file: path, "expected a header with descr and shape, got \(header.prefix(100))")
    }
    guard header.contains("'fortran_order': False") else {
      throw TorchFileError(
        .unsupported, file: path, "expected rows first; save it with numpy.ascontiguousarray")
    }
    guard let width = ["|u1": 1, "<u1": 1, "<f4": 4, "<f8": 8][type] else {
      throw TorchFileError(
        .unsupported, file: path,
        "expected uint8, float32 or float64, got the type \(type.prefix(50)); use array.astype")
    }
    var count = width
    for side in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: side)
      guard !overflow else {
        throw TorchFileError(.malformed, file: path, "the shape \(shape) exceeds 64 bits")
      }
      count = product
    }
    guard count == reader.remaining else {
      throw TorchFileError(
        .malformed, file: path,
        "expected \(count) bytes for the shape \(shape), got \(reader.remaining)")
    }
    self.path = path
    self.shape = shape
    elements = Self.elements(bytes[try reader.take(count, "elements")], width: width)
  }

  private static func elements(_ bytes: ArraySlice<UInt8>, width: Int) -> Elements {
    bytes.withUnsafeBytes { raw in
      switch width {
      case 4:
        .floats(
          (0..<raw.count / 4).map {
            Float(
              bitPattern: UInt32(
                littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
          })
      case 8:
        .floats(
          (0..<raw.count / 8).map {
            Float(
              Double(
                bitPattern: UInt64(
                  littleEndian: raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))))
          })
      default: .bytes(Array(raw))
      }
    }
  }

  /// The text after `'key': '`.
  private static func quoted(_ key: String, in header: String) -> String? {
    guard let start = header.range(of: "'\(key)': '") else { return nil }
    return header[start.upperBound...].split(separator: "'", maxSplits: 1).first.map(String.init)
  }

  /// The numbers after `'shape': (`; nil if they are not integers of 0 or more, or more than eight.
  private static func shape(in header: String) -> [Int]? {
    guard let start = header.range(of: "'shape': ("),
      let end = header[start.upperBound...].firstIndex(of: ")")
    else { return nil }
    let parts = header[start.upperBound..<end].split(separator: ",")
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    let numbers = parts.compactMap { Int($0) }
    return numbers.count == parts.count && numbers.allSatisfy { $0 >= 0 } && numbers.count <= 8
      ? numbers : nil
  }
}
