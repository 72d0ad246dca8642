internal import Files

/// A model file within another one: compressed by gzip or zlib, or alone in a zip file.
enum PackedFile {
  /// The larger of these two bounds the decompressed size: bytes, and a multiple of the compressed
  /// size. Weights hardly compress, but a file of mostly zeros may.
  private static let largestInflation = 64 << 20
  private static let largestRatio = 32

  /// Extensions of files that can be models.
  private static let endings = [
    ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".tar", ".safetensors", ".npz", ".joblib",
    ".model", ".weights",
  ]

  /// The bytes of the inner file; nil if the file contains no other one.
  ///
  /// - Throws: `TorchFileError`: `foreignFile` for a zip file with several models, or with none.
  static func contents(of bytes: [UInt8], file: String) throws(TorchFileError) -> [UInt8]? {
    switch FileFormat(bytes) {
    case .gzip: return try inflated(bytes, .gzip, file)
    case .zlib: return try inflated(bytes, .zlib, file)
    case .zip: return try alone(bytes, file)
    default: return nil
    }
  }

  private static func inflated(
    _ bytes: [UInt8], _ format: Inflation.Format, _ file: String
  ) throws(TorchFileError) -> [UInt8] {
    do throws(FileError) {
      return try Inflation.inflate(
        bytes[...], format, maximumBytes: max(largestInflation, bytes.count * largestRatio),
        subject: file)
    } catch {
      throw TorchFileError(
        error.code == .tooLarge ? .limitExceeded : .malformed, file: file, error.messageWithAdvice)
    }
  }

  /// The only model in a zip file; nil for a zip file that PyTorch or NumPy wrote.
  private static func alone(_ bytes: [UInt8], _ file: String) throws(TorchFileError) -> [UInt8]? {
    let names = try ZipReader.names(file: file, bytes: bytes)
    let isOwn = names.contains { name in
      [TorchZipFormat.pickle, TorchZipFormat.version].contains(
        name.split(separator: "/").last.map(String.init) ?? "")
    }
    guard !isOwn, !names.isEmpty, !NumPyArchive.isArchive(names) else { return nil }
    // macOS adds a second entry, with metadata, for each file.
    let models = names.filter { name in
      endings.contains { name.lowercased().hasSuffix($0) } && !name.hasPrefix("__MACOSX/")
    }
    guard models.count == 1, let model = models.first else {
      throw ForeignFile.archive(names: models).error(file)
    }
    var bytes = bytes
    let records = try ZipReader.records(file: file, bytes: &bytes) { $0 != model }
    guard let record = records[model] else { return nil }
    return Array(bytes[record.data])
  }
}
