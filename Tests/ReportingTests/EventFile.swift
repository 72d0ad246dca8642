import Testing

/// Reads event files, written only from the descriptions of their formats, independently of the
/// code that writes them.
struct EventFile {
  struct Event: Equatable {
    var wallTime = 0.0
    var step: Int64 = 0
    var fileVersion: String?
    var isSessionStart = false
    var scalars: [String: Float] = [:]
    var texts: [String: String] = [:]
  }

  struct Malformed: Error {
    let reason: String
  }

  enum Field {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  /// The events of a whole file; every checksum must be right.
  static func events(_ bytes: [UInt8]) throws -> [Event] {
    var events: [Event] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let header = try take(8, from: &rest)
      guard try number(take(4, from: &rest)) == masked(header) else {
        throw Malformed(reason: "checksum of a length")
      }
      let message = try take(Int(number(header)), from: &rest)
      guard try number(take(4, from: &rest)) == masked(message) else {
        throw Malformed(reason: "checksum of a message")
      }
      events.append(try event(message))
    }
    return events
  }

  private static func event(_ message: ArraySlice<UInt8>) throws -> Event {
    var event = Event()
    for (number, field) in try fields(message) {
      switch (number, field) {
      case (1, .fixed64(let bits)): event.wallTime = Double(bitPattern: bits)
      case (2, .varint(let step)): event.step = Int64(bitPattern: step)
      case (3, .bytes(let version)): event.fileVersion = String(decoding: version, as: UTF8.self)
      case (5, .bytes(let summary)):
        for case (1, .bytes(let value)) in try fields(summary) { try add(value, to: &event) }
      case (7, .bytes(let log)):
        guard case (1, .varint(1))? = try fields(log).first else {
          throw Malformed(reason: "session log")
        }
        event.isSessionStart = true
      default: throw Malformed(reason: "field \(number) of an event")
      }
    }
    return event
  }

  private static func add(_ value: ArraySlice<UInt8>, to event: inout Event) throws {
    var tag = ""
    for (number, field) in try fields(value) {
      switch (number, field) {
      case (1, .bytes(let name)): tag = String(decoding: name, as: UTF8.self)
      case (2, .fixed32(let bits)): event.scalars[tag] = Float(bitPattern: bits)
      case (8, .bytes(let tensor)):
        for case (8, .bytes(let text)) in try fields(tensor) {
          event.texts[tag] = String(decoding: text, as: UTF8.self)
        }
      case (9, .bytes): break
      default: throw Malformed(reason: "field \(number) of a value")
      }
    }
  }

  // MARK: Bytes

  private static func fields(_ message: ArraySlice<UInt8>) throws -> [(UInt64, Field)] {
    var rest = message
    var fields: [(UInt64, Field)] = []
    while !rest.isEmpty {
      let tag = try varint(&rest)
      switch tag & 7 {
      case 0: fields.append((tag >> 3, .varint(try varint(&rest))))
      case 1: fields.append((tag >> 3, .fixed64(number(try take(8, from: &rest)))))
      case 2:
        let count = Int(try varint(&rest))
        fields.append((tag >> 3, .bytes(try take(count, from: &rest))))
      case 5:
        fields.append((tag >> 3, .fixed32(UInt32(number(try take(4, from: &rest))))))
      default: throw Malformed(reason: "wire type \(tag & 7)")
      }
    }
    return fields
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try take(1, from: &rest)[rest.startIndex - 1]
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Malformed(reason: "varint")
  }

  private static func take(
    _ count: Int, from rest: inout ArraySlice<UInt8>
  ) throws -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Malformed(reason: "ends early") }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// CRC-32C bit by bit, rotated right by 15, plus TFRecord's constant.
  private static func masked(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    var register = UInt32.max
    for byte in bytes {
      register ^= UInt32(byte)
      for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0x82F6_3B78 : register >> 1 }
    }
    let checksum = UInt64(~register)
    let rotated = (checksum >> 15 | checksum << 17) & 0xFFFF_FFFF
    return (rotated + 0xA282_EAD8) & 0xFFFF_FFFF
  }
}
