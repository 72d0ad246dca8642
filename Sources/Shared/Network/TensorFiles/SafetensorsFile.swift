/// A file of the safetensors format: named tensors, and metadata strings.
///
/// The format is described in the README of github.com/huggingface/safetensors: the length of a
/// JSON header, the header, the elements of all tensors without gaps.
package struct SafetensorsFile: Sendable, Equatable {
  /// The tensors in the order of the header. Names are unique.
  package var tensors: [TensorEntry]
  /// The strings of `__metadata__`.
  package var metadata: [String: String]

  package init(tensors: [TensorEntry], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }
}

// MARK: - Reading

extension SafetensorsFile {
  /// Reads a whole file.
  ///
  /// float16, bfloat16 and float64 become float32; integers and bool become int64, as in
  /// `TorchTensor`. Every rule of the format is checked: the size of the header, unique names,
  /// tensors that fill the file without holes or overlaps. The format has no checksums.
  package static func read(contentsOf path: String) throws(TorchFileError) -> SafetensorsFile {
    try read(
      file: path, bytes: readFileBytes(path, maximumSize: TorchFile.maximumFileSize))
  }

  /// Reads a file from its bytes; `file` names it in errors.
  static func read(file: String, bytes: [UInt8]) throws(TorchFileError) -> SafetensorsFile {
    var reader = ByteReader(file: file, bytes: bytes)
    let length = try reader.littleEndian(UInt64.self, "the header's length")
    guard length <= UInt64(SafetensorsHeader.maximumLength) else {
      throw reader.error(
        .malformed, at: 0,
        "expected a header of at most \(SafetensorsHeader.maximumLength) bytes, got \(length): is "
          + "it a safetensors file?")
    }
    let range = try reader.take(Int(length), "the header")
    let header = try SafetensorsHeader(
      file: file, bytes: bytes, range: range, dataSize: reader.remaining)
    var tensors: [TensorEntry] = []
    tensors.reserveCapacity(header.entries.count)
    for entry in header.entries {
      tensors.append(
        TensorEntry(
          entry.name,
          try tensor(entry, file: file, bytes: bytes, dataStart: range.upperBound)))
    }
    return SafetensorsFile(tensors: tensors, metadata: header.metadata)
  }

  private static func tensor(
    _ entry: SafetensorsHeader.Entry, file: String, bytes: [UInt8], dataStart: Int
  ) throws(TorchFileError) -> TorchTensor {
    func malformed(_ message: String) -> TorchFileError {
      TorchFileError(
        .malformed, file: file, place: "tensor '\(entry.name.prefix(200))'", message)
    }
    let layout: TensorLayout
    do {
      layout = try TensorLayout(
        contiguous: entry.shape, storageCount: entry.range.count / entry.type.byteCount)
    } catch { throw malformed(error.message) }
    guard layout.count * entry.type.byteCount == entry.range.count else {
      throw malformed(
        "expected \(layout.count) elements of \(entry.type.byteCount) bytes, got "
          + "\(entry.range.count) bytes")
    }
    let range = dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound
    return try layout.tensor(entry.type, bytes: bytes, range: range) { malformed($0) }
  }
}
