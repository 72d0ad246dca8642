extension TorchDocument {
  /// Writes the document as PyTorch's zip format, atomically.
  public func write(to path: String) throws(TorchFileError) {
    throw TorchFileError(.unsupported, file: path, "writing comes with the next commit")
  }
}
extension SafetensorsFile {
  /// Reads a file.
  public static func read(contentsOf path: String) throws(TorchFileError) -> SafetensorsFile {
    throw TorchFileError(.unsupported, file: path, "reading comes with the next commit")
  }
  /// Writes the file, atomically.
  public func write(to path: String) throws(TorchFileError) {
    throw TorchFileError(.unsupported, file: path, "writing comes with the next commit")
  }
}
extension ModelWeights {
  /// Reads the weights of a zip, legacy or safetensors file.
  public static func read(
    contentsOf path: String, container: String? = nil
  ) throws(TorchFileError) -> ModelWeights {
    throw TorchFileError(.unsupported, file: path, "reading comes with the next commit")
  }
}
