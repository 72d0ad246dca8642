internal import Files

extension SafetensorsFile {
  /// Writes the file, atomically, byte for byte as Hugging Face's library would.
  ///
  /// The tensors are in that library's order: int64 before float32, then by name. Equal content
  /// gives equal bytes. `TorchDocument.write(to:)` says how files are replaced and what a crash can
  /// leave.
  ///
  /// - Throws: `TorchFileError` of code `unwritableContent` or `limitExceeded` before anything is
  ///   written, `unwritable` when the operating system refuses. An older file at `path` is kept.
  package func write(to path: String) throws(TorchFileError) {
    let sorted = tensors.sorted { left, right in
      left.tensor.isInteger == right.tensor.isInteger
        ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : left.tensor.isInteger
    }
    let header = try header(sorted, file: path)
    try writeFile(path) { (file) throws(FileError) in
      try file.append(header)
      for entry in sorted {
        switch entry.tensor.elements {
        case .float32(let slice): try file.append(slice.span.bytes)
        case .int64(let slice): try file.append(slice.span.bytes)
        }
      }
    }
  }

  /// The length and the JSON, padded with spaces to a multiple of 8 so that the data is aligned.
  private func header(
    _ sorted: [TensorEntry], file: String
  ) throws(TorchFileError) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
      members.append("\"\(SafetensorsHeader.metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    var names: Set<String> = [SafetensorsHeader.metadataKey]
    var end = 0
    for entry in sorted {
      guard names.insert(entry.name).inserted else {
        throw TorchFileError(
          .unwritableContent, file: file, place: "tensor '\(entry.name.prefix(200))'",
          "two tensors have this name")
      }
      let type: ElementType = entry.tensor.isInteger ? .int64 : .float32
      let start = end
      end += entry.tensor.elements.byteCount
      let shape = entry.tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(Self.quoted(entry.name)):{\"dtype\":\"\(SafetensorsHeader.name(of: type))\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}")
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    json += [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8)
    guard json.count <= SafetensorsHeader.maximumLength else {
      throw TorchFileError(
        .limitExceeded, file: file,
        "expected a header of at most \(SafetensorsHeader.maximumLength) bytes, got \(json.count)")
    }
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
  }

  /// A JSON string with the fewest escapes.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension TorchTensor {
  fileprivate var isInteger: Bool { integers != nil }
}
