internal import Files

/// An entry of an event file. Field numbers are those of TensorBoard's `event.proto`,
/// `summary.proto` and `tensor.proto`.
struct TensorBoardEvent {
  enum Content {
    /// The first event of every file.
    case fileVersion
    /// Start of a process: events of earlier files from this step on become void.
    case sessionStart
    /// Named numbers.
    case scalars([(tag: String, value: Double)])
    /// Text in Markdown.
    case text(tag: String, markdown: String)
  }

  /// Seconds since 1970.
  var wallTime: Double
  var step: Int
  var content: Content

  /// The event as a TFRecord: length, its checksum, message, its checksum.
  var record: [UInt8] {
    let message = self.message.bytes
    var record: [UInt8] = []
    record.append(littleEndian: UInt64(message.count))
    record.append(littleEndian: Self.maskedChecksum(record))
    record += message
    record.append(littleEndian: Self.maskedChecksum(message))
    return record
  }

  /// TFRecord's checksum. A CRC of data that contains CRCs is weak, so it is rotated and an offset
  /// is added.
  static func maskedChecksum(_ bytes: [UInt8]) -> UInt32 {
    let checksum = CRC32C.checksum(bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }

  /// `Event`.
  private var message: ProtocolBuffer {
    var event = ProtocolBuffer()
    event.append(wallTime, field: 1)
    if step != 0 { event.append(Int64(step), field: 2) }
    switch content {
    case .fileVersion:
      event.append("brain.Event:2", field: 3)
    case .sessionStart:
      var log = ProtocolBuffer()
      log.append(1 as Int64, field: 1)
      event.append(log, field: 7)
    case .scalars(let values):
      var summary = ProtocolBuffer()
      for (tag, value) in values {
        summary.append(Self.scalar(tag, value), field: 1)
      }
      event.append(summary, field: 5)
    case .text(let tag, let markdown):
      var summary = ProtocolBuffer()
      summary.append(Self.text(tag, markdown), field: 1)
      event.append(summary, field: 5)
    }
    return event
  }

  /// `Summary.Value` with a `simple_value`.
  private static func scalar(_ tag: String, _ value: Double) -> ProtocolBuffer {
    var result = ProtocolBuffer()
    result.append(tag, field: 1)
    result.append(Float(value), field: 2)
    return result
  }

  /// `Summary.Value` with a tensor of one string, for the plugin `text`.
  private static func text(_ tag: String, _ markdown: String) -> ProtocolBuffer {
    var dimension = ProtocolBuffer()
    dimension.append(1 as Int64, field: 1)
    var shape = ProtocolBuffer()
    shape.append(dimension, field: 2)
    var tensor = ProtocolBuffer()
    tensor.append(7 as Int64, field: 1)  // DT_STRING
    tensor.append(shape, field: 2)
    tensor.append(markdown, field: 8)
    var plugin = ProtocolBuffer()
    plugin.append("text", field: 1)
    var metadata = ProtocolBuffer()
    metadata.append(plugin, field: 1)
    var result = ProtocolBuffer()
    result.append(tag, field: 1)
    result.append(tensor, field: 8)
    result.append(metadata, field: 9)
    return result
  }
}
