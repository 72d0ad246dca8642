/// A file of the safetensors format: named tensors, and metadata of strings.
///
/// The format is described in the README of github.com/huggingface/safetensors: the length of a
/// JSON header, the header, the elements of all tensors without gaps.
public struct SafetensorsFile: Sendable, Equatable {
  /// The tensors in the order of the header. Names are unique.
  public var tensors: [TensorEntry]
  /// The strings of `__metadata__`.
  public var metadata: [String: String]

  /// Makes a file to write.
  public init(tensors: [TensorEntry], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }
}
