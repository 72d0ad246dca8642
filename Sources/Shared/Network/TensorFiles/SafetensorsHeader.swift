/// The header of a safetensors file: what is said of each tensor, and the metadata.
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
  init(_ scanner: JSONScanner, dataSize: Int) throws(TorchFileError) {
    var scanner = scanner
    var names: Set<String> = []
    // By the format the first byte is a brace; only spaces may follow the object.
    try scanner.expect("{", skippingSpace: false)
    var isFirst = true
    while try scanner.nextMember(&isFirst) {
      let place = scanner.position
      let name = try scanner.key()
      guard names.insert(name).inserted else {
        throw scanner.malformed(at: place, "the key '\(name.prefix(200))' occurs twice")
      }
      if name == Self.metadataKey {
        try readMetadata(&scanner)
      } else {
        entries.append(try Self.entry(name, &scanner))
      }
    }
    try scanner.expectEnd()
    try checkOffsets(scanner, dataSize: dataSize)
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(TorchFileError) {
    try scanner.expect("{")
    var isFirst = true
    while try scanner.nextMember(&isFirst) {
      let place = scanner.position
      let key = try scanner.key()
      guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
        throw scanner.malformed(at: place, "the metadata '\(key.prefix(200))' occurs twice")
      }
    }
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner
  ) throws(TorchFileError) -> Entry {
    let start = scanner.position
    var (type, shape, offsets): (ElementType?, [Int]?, [Int]?)
    try scanner.expect("{")
    var isFirst = true
    while try scanner.nextMember(&isFirst) {
      let place = scanner.position
      switch try scanner.key() {
      case "dtype" where type == nil: type = try dtype(name, &scanner)
      case "shape" where shape == nil: shape = try scanner.integers()
      case "data_offsets" where offsets == nil: offsets = try scanner.integers()
      case let key:
        throw scanner.malformed(
          at: place, "tensor '\(name.prefix(200))' has an unexpected key '\(key.prefix(200))'")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw scanner.malformed(
        at: start,
        "tensor '\(name.prefix(200))' needs dtype, shape and two rising data_offsets")
    }
    return Entry(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  private static func dtype(
    _ name: String, _ scanner: inout JSONScanner
  ) throws(TorchFileError) -> ElementType {
    let place = scanner.position
    let text = try scanner.string()
    guard let type = types[text] else {
      throw scanner.error(
        .unsupported, at: place,
        "tensor '\(name.prefix(200))' has the dtype \(text.prefix(80).debugDescription); readable "
          + "are \(types.keys.sorted().joined(separator: " "))")
    }
    return type
  }

  /// By the format every byte behind the header belongs to exactly one tensor.
  private func checkOffsets(_ scanner: JSONScanner, dataSize: Int) throws(TorchFileError) {
    var end = 0
    let sorted = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in sorted {
      guard entry.range.lowerBound == end else {
        throw scanner.malformed(
          "tensor '\(entry.name.prefix(200))' was expected to begin at data byte \(end), without "
            + "hole or overlap, got \(entry.range.lowerBound)")
      }
      end = entry.range.upperBound
    }
    guard end <= dataSize else {
      throw scanner.error(
        .truncated, at: scanner.position,
        "expected \(end) bytes of data, got \(dataSize): the file is incomplete")
    }
    guard end == dataSize else {
      throw scanner.malformed("expected \(end) bytes of data, got \(dataSize)")
    }
  }
}
