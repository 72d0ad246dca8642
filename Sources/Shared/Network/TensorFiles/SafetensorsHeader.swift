internal import Files

/// The header of a safetensors file: the description of each tensor, and the metadata.
struct SafetensorsHeader {
  struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// In bytes, counted from the end of the header.
    let range: Range<Int>
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  static let metadataKey = "__metadata__"
  /// The format's own bound, in bytes.
  static let maximumLength = 100_000_000

  static func name(of type: ElementType) -> String {
    switch type {
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .float32: "F32"
    case .float64: "F64"
    case .int8: "I8"
    case .int16: "I16"
    case .int32: "I32"
    case .int64: "I64"
    case .uint8: "U8"
    case .uint16: "U16"
    case .uint32: "U32"
    case .uint64: "U64"
    case .bool: "BOOL"
    }
  }

  private static let types = Dictionary(
    uniqueKeysWithValues: ElementType.allCases.map { (name(of: $0), $0) })

  /// Parses the JSON and checks that the tensors fill `dataSize` bytes without holes or overlaps.
  init(
    file: String, bytes: [UInt8], range: Range<Int>, dataSize: Int
  ) throws(TorchFileError) {
    var reader = JSONReader(bytes, range: range, path: file, textName: "the header")
    let parts: [Part]
    do {
      parts = try readParts(&reader)
    } catch {
      throw TorchFileError(reading: error)
    }
    for part in parts {
      guard let type = Self.types[part.type] else {
        throw TorchFileError(
          .unsupported, file: file, place: "at byte \(part.position)",
          "tensor '\(part.name.prefix(200))' has the dtype \(part.type.prefix(80).debugDescription); "
            + "readable are \(Self.types.keys.sorted().joined(separator: " "))")
      }
      entries.append(Entry(name: part.name, type: type, shape: part.shape, range: part.range))
    }
    try checkOffsets(file: file, headerEnd: range.upperBound, dataSize: dataSize)
  }

  /// The description of a tensor, before its type is looked up.
  private struct Part {
    let name: String
    let type: String
    let shape: [Int]
    let range: Range<Int>
    /// Offset of the description in the file, in bytes.
    let position: Int
  }

  private mutating func readParts(_ reader: inout JSONReader) throws(FileError) -> [Part] {
    var parts: [Part] = []
    var names: Set<String> = []
    // The format demands a brace as the first byte. Only spaces may follow the object.
    try reader.expect("{", skippingSpace: false)
    var isFirst = true
    while try reader.nextMember(&isFirst) {
      let keyStart = reader.position
      let name = try reader.key()
      guard names.insert(name).inserted else {
        throw reader.failure(at: keyStart, "the key '\(name.prefix(200))' occurs twice")
      }
      if name == Self.metadataKey {
        try readMetadata(&reader)
      } else {
        parts.append(try Self.part(name, &reader))
      }
    }
    try reader.expectEnd()
    return parts
  }

  private mutating func readMetadata(_ reader: inout JSONReader) throws(FileError) {
    try reader.expect("{")
    var isFirst = true
    while try reader.nextMember(&isFirst) {
      let keyStart = reader.position
      let key = try reader.key()
      guard metadata.updateValue(try reader.string(), forKey: key) == nil else {
        throw reader.failure(at: keyStart, "the metadata '\(key.prefix(200))' occurs twice")
      }
    }
  }

  private static func part(
    _ name: String, _ reader: inout JSONReader
  ) throws(FileError) -> Part {
    let start = reader.position
    var (type, shape, offsets): (String?, [Int]?, [Int]?)
    try reader.expect("{")
    var isFirst = true
    while try reader.nextMember(&isFirst) {
      let keyStart = reader.position
      switch try reader.key() {
      case "dtype" where type == nil: type = try reader.string()
      case "shape" where shape == nil:
        shape = try reader.wholeNumbers(atMost: TensorLayout.maximumRank)
      case "data_offsets" where offsets == nil: offsets = try reader.wholeNumbers(atMost: 2)
      case let key:
        throw reader.failure(
          at: keyStart, "tensor '\(name.prefix(200))' has an unexpected key '\(key.prefix(200))'")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw reader.failure(
        at: start,
        "tensor '\(name.prefix(200))' needs dtype, shape and two rising data_offsets")
    }
    return Part(
      name: name, type: type, shape: shape, range: offsets[0]..<offsets[1], position: start)
  }

  /// Checks the format's rule that every byte after the header belongs to exactly one tensor.
  private func checkOffsets(file: String, headerEnd: Int, dataSize: Int) throws(TorchFileError) {
    func error(_ code: TorchFileError.Code, _ message: String) -> TorchFileError {
      TorchFileError(code, file: file, place: "at byte \(headerEnd)", message)
    }
    var end = 0
    let sorted = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in sorted {
      guard entry.range.lowerBound == end else {
        throw error(
          .malformed,
          "tensor '\(entry.name.prefix(200))' was expected to begin at data byte \(end), without "
            + "hole or overlap, got \(entry.range.lowerBound)")
      }
      end = entry.range.upperBound
    }
    guard end <= dataSize else {
      throw error(
        .truncated, "expected \(end) bytes of data, got \(dataSize): the file is incomplete")
    }
    guard end == dataSize else {
      throw error(.malformed, "expected \(end) bytes of data, got \(dataSize)")
    }
  }
}
