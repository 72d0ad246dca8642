import Contract
import Foundation

/// Converts records to bytes and back: UTF-8 JSON with sorted keys, unescaped slashes, no spaces.
///
/// Equal records have equal bytes.
enum RecordCoding {
  /// Longest JSON record that is written or read.
  static let maximumRecordBytes = 1 << 20

  /// Longest image that is stored or read.
  static let maximumImageBytes = 64 << 20

  static func encode(
    _ value: some Encodable, subject: String, readable: Bool = false
  ) throws(ShardStoreError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if readable { encoder.outputFormatting.insert(.prettyPrinted) }
    let data: Data
    do {
      data = try encoder.encode(value)
    } catch {
      throw ShardStoreError(
        .invalidVideo, subject: subject, "its record cannot be written as JSON",
        cause: "a number in it is not finite")
    }
    guard data.count <= maximumRecordBytes else {
      throw ShardStoreError(
        .invalidVideo, subject: subject,
        "its record is too long: expected at most \(maximumRecordBytes) bytes, got \(data.count)")
    }
    return Array(data)
  }

  /// Throws if a record is too long, without reading it.
  static func checkLength(
    _ bytes: UnsafeRawBufferPointer, subject: String
  ) throws(ShardStoreError) {
    guard bytes.count <= maximumRecordBytes else {
      throw ShardStoreError(
        .damagedRecord, subject: subject,
        "the record is too long: expected at most \(maximumRecordBytes) bytes, got \(bytes.count)")
    }
  }

  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: UnsafeRawBufferPointer, subject: String
  ) throws(ShardStoreError) -> Value {
    try checkLength(bytes, subject: subject)
    return try decode(type, from: Array(bytes), subject: subject)
  }

  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], subject: String
  ) throws(ShardStoreError) -> Value {
    do {
      return try ContractDocument.decode(type, from: bytes)
    } catch {
      throw ShardStoreError(
        .damagedRecord, subject: subject, "the record is not the JSON of a \(type)",
        cause: error.description)
    }
  }
}

/// The precision of stored numbers. A number that is not finite stays so, and is refused before
/// writing.
enum Rounding {
  static func pixels(_ value: Double) -> Double { rounded(value, steps: 1_000) }

  static func millionths(_ value: Double) -> Double { rounded(value, steps: 1_000_000) }

  private static func rounded(_ value: Double, steps: Double) -> Double {
    let result = (value * steps).rounded() / steps
    // Adding 0 turns -0 into 0: one number, one spelling.
    return result + 0
  }
}
