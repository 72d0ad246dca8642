/// The content of a PyTorch file: one value, and further records of its zip.
///
/// A checkpoint is a dictionary of dictionaries, numbers and tensors; a model file is a dictionary
/// of tensors (a state_dict). PyTorch ignores `records`, so they can hold what a program must know
/// about a model besides its weights.
package struct TorchDocument: Sendable, Equatable {
  /// The saved object.
  package var root: TorchValue
  /// The records that are not PyTorch's own, by their name within the zip's root folder, such as
  /// `deepfake_detection.json`. Empty for files of other formats.
  package var records: [String: [UInt8]]

  package init(root: TorchValue, records: [String: [UInt8]] = [:]) {
    self.root = root
    self.records = records
  }

  /// The largest size of all further records together, in bytes: 64 MiB.
  package static let maximumRecordBytes = 1 << 26

  /// Reads a file of the zip or the legacy format, or a plain pickle (`pickle.dump`, any protocol).
  /// The format is recognised by the content, not by the name. NumPy arrays and scalars become
  /// tensors.
  ///
  /// Nothing in the file is ever executed, every record's checksum is verified, and every size is
  /// checked before memory is allocated for it. The memory needed is the size of the file and that
  /// of its tensors (4 bytes for each floating-point element, 8 for any other).
  package static func read(contentsOf path: String) throws(TorchFileError) -> TorchDocument {
    try read(
      file: path, bytes: readFileBytes(path, maximumSize: TorchFile.maximumFileSize))
  }

  /// Reads a file from its bytes; `file` names it in errors.
  static func read(
    file: String, bytes: [UInt8], limits: PickleLimits = PickleLimits(),
    maximumRecordBytes: Int = maximumRecordBytes
  ) throws(TorchFileError) -> TorchDocument {
    let content = try TorchContent.read(file: file, bytes: bytes, limits: limits)
    let records = try content.ownRecords(maximumBytes: maximumRecordBytes)
    var reader = ValueReader(content, limits: limits)
    return TorchDocument(root: try reader.root(), records: records)
  }
}

extension TorchContent {
  /// The records that are not PyTorch's own.
  func ownRecords(
    maximumBytes: Int = TorchDocument.maximumRecordBytes
  ) throws(TorchFileError) -> [String: [UInt8]] {
    let size = records.values.reduce(0) { $0 + $1.count }
    guard size <= maximumBytes else {
      throw TorchFileError(
        .limitExceeded, file: file,
        "expected at most \(maximumBytes) bytes of records that are not PyTorch's, got \(size)")
    }
    return records.mapValues { Array(bytes[$0]) }
  }
}
