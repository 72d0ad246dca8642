/// The tensors of a file that PyTorch saved.
///
/// Reads what `torch.save(model.state_dict(), path)` wrote before PyTorch 1.6, which is what
/// `_use_new_zipfile_serialization=False` still writes. Nothing in the file is ever executed, and
/// every size in it is checked before memory is taken for it.
public struct TorchFile: Sendable {
  /// The tensors of the top-level dictionary, in file order. Parameters count as tensors.
  public let tensors: [NamedTensor]

  /// The keys of the top-level entries that are no tensors, such as `epoch`, in file order.
  /// A key that is no string of at most 1024 bytes is described in words.
  public let others: [String]

  private let indices: [String: Int]

  /// The largest file that is read, in bytes: 4 GiB.
  public static let maximumFileSize = 1 << 32

  /// The tensor of that name, or nil.
  public subscript(name: String) -> NamedTensor? {
    indices[name].map { tensors[$0] }
  }

  /// Reads a file whole; the format is told by its content, not by its name.
  ///
  /// The top level must be a dictionary with at least one tensor, or an empty one; dictionaries
  /// within it are listed in `others`, not searched. Needs the size of the file and that of all
  /// tensors in Float32 as memory.
  ///
  /// - Throws: `TorchFileError`, also for the zip format, which is recognised but not read.
  public static func read(contentsOf path: String) throws(TorchFileError) -> TorchFile {
    try read(file: path, bytes: readFileBytes(path, maximumSize: maximumFileSize))
  }

  /// Reads a file from its bytes; `file` names it in errors.
  static func read(
    file: String, bytes: [UInt8], limits: PickleLimits = PickleLimits()
  ) throws(TorchFileError) -> TorchFile {
    let state = try StateDictionary(content(file: file, bytes: bytes, limits: limits))
    return TorchFile(state)
  }

  private init(_ state: StateDictionary) {
    tensors = state.tensors
    others = state.others
    // Names are the keys of one dictionary, hence unique.
    indices = Dictionary(uniqueKeysWithValues: state.tensors.enumerated().map { ($1.name, $0) })
  }

  private static func content(
    file: String, bytes: [UInt8], limits: PickleLimits
  ) throws(TorchFileError) -> TorchContent {
    let expected = "expected a file that torch.save wrote, got"
    guard !bytes.isEmpty else {
      throw TorchFileError(.truncated, file: file, "\(expected) an empty file")
    }
    switch FileFormat(bytes) {
    case .legacy:
      return try LegacyFormat.read(file: file, bytes: bytes, limits: limits)
    case .zip:
      throw TorchFileError(
        .unsupported, file: file,
        "PyTorch's zip format is not readable yet; save again with "
          + "torch.save(state_dict, path, _use_new_zipfile_serialization=False)")
    case .tar:
      throw TorchFileError(
        .unsupported, file: file,
        "PyTorch's tar format (0.1) is not readable; load and save it with a later PyTorch")
    case .safetensors:
      throw TorchFileError(.unsupported, file: file, "\(expected) a safetensors file")
    case .otherPickle:
      throw TorchFileError(
        .unknownFormat, file: file,
        "\(expected) a pickle without PyTorch's magic number 0x1950a86a20f9469cfc6c; "
          + "save with torch.save, not pickle.dump")
    case .text(let line):
      throw TorchFileError(
        .unknownFormat, file: file,
        "\(expected) a text that begins with '\(line)': is it an incomplete download?")
    case .unknown(let firstBytes):
      throw TorchFileError(
        .unknownFormat, file: file, "\(expected) one that begins with the bytes \(firstBytes)")
    }
  }
}
