/// A file that is intact but holds no weights in a form that is read here. `message` says what it
/// is and how to get the weights.
enum ForeignFile: Equatable {
  /// HDF5; `isKeras` if the file mentions Keras.
  case hdf5(isKeras: Bool)
  case onnx
  case tensorFlowLite
  /// Compressed in a format that isn't read here. `command` unpacks it; nil if there is no usual
  /// one.
  case compressed(kind: String, command: String?)
  /// A tar archive; `isTorch` if it is the format of PyTorch 0.1.
  case tar(isTorch: Bool)
  /// The small text that a repository holds in place of a file that git-LFS keeps.
  case lfsPointer(size: String?)
  case webPage(title: String?)
  case json(beginning: String)
  /// One array of NumPy, `.npy`.
  case numPyArray
  /// The state of an optimizer.
  case optimizer
  /// Tensors without names; only the code of their network knows their order.
  case tensorList(count: Int)
  case singleTensor
  /// A TorchScript program whose weights have become constants of its code.
  case frozenScript
  /// A zip file with several files that could be the model, or with none.
  case archive(names: [String])

  /// What the file is, and what to do.
  var message: String {
    switch self {
    case .hdf5(isKeras: true):
      "expected weights of a PyTorch network, got a model of Keras (HDF5): another program's network, "
        + "in another layout; ask for the PyTorch version of the model"
    case .hdf5(isKeras: false):
      "expected a file of PyTorch or safetensors, got HDF5. If it is a model of Keras, ask for the "
        + "PyTorch version. If it holds a PyTorch network's weights by their names, in Python: "
        + "import h5py, torch; weights = {}; h5py.File('model.pt').visititems(lambda name, item: "
        + "weights.update({name.replace('/', '.'): torch.tensor(item[()])}) "
        + "if isinstance(item, h5py.Dataset) else None); torch.save(weights, 'weights.pt')"
    case .onnx:
      "expected a file of PyTorch or safetensors, got ONNX. An export for inference has usually merged "
        + "BatchNorm into the convolutions: ask for the state_dict that it was made from. If it has "
        + "kept the network's names, in Python: import onnx, onnx.numpy_helper, torch; "
        + "torch.save({w.name: torch.tensor(onnx.numpy_helper.to_array(w)) for w in "
        + "onnx.load('model.pt').graph.initializer}, 'weights.pt')"
    case .tensorFlowLite:
      "expected weights of a PyTorch network, got a model of TensorFlow Lite: another program's "
        + "network; ask for the PyTorch version of the model"
    case .compressed(let kind, let command):
      "expected a file of PyTorch or safetensors, got one packed by \(kind): unpack it first"
        + (command.map { " (\($0))" } ?? "") + ". If joblib wrote it, in Python: " + Self.joblibCode
    case .tar(isTorch: true):
      "expected a file that torch.save wrote since PyTorch 0.2, got the tar format of PyTorch 0.1; ask "
        + "for the model as a later PyTorch saves it"
    case .tar(isTorch: false):
      "expected a model, got a tar archive: unpack it (tar xf), and name the model in it"
    case .lfsPointer(let size):
      "expected a model, got a pointer of git-LFS to "
        + (size.map { "a file of \($0) bytes" } ?? "a file")
        + ", which isn't here: run `git lfs pull` "
        + "in the repository, or download the file itself"
    case .webPage(let title):
      "expected a model, got a web page" + (title.map { " ('\($0)')" } ?? "")
        + ": the download was answered by a page, such as a login or a warning; open the link in a "
        + "browser and save the file itself"
    case .json(let beginning):
      "expected a model, got a text in JSON that begins with '\(beginning)': a configuration, or a "
        + "server's answer instead of the file"
    case .numPyArray:
      "expected a file of PyTorch or safetensors, got one array of NumPy (.npy); save a dictionary of "
        + "arrays with numpy.savez, or of tensors with torch.save"
    case .optimizer:
      "expected weights, got the state of an optimizer (optimizer.state_dict()): it has no weights, "
        + "they are in the file that was saved beside it"
    case .tensorList(let count):
      "expected tensors with names, got a list of \(count): their order means something only to the "
        + "network that they are from. Where its code is at hand (model), in Python: import torch; "
        + "values = torch.load('model.pt'); names = dict(model.named_parameters()) "
        + "if len(values) == len(list(model.parameters())) else model.state_dict(); "
        + "torch.save(dict(zip(names, values)), 'weights.pt')"
    case .singleTensor: "expected a dictionary of tensors, got one tensor"
    case .frozenScript:
      "expected weights, got a TorchScript program whose weights are constants of its code "
        + "(torch.jit.freeze): they have lost their names; ask for the file that it was made from"
    case .archive(let names):
      "expected a model, or a zip file with one, got a zip file with "
        + (names.isEmpty
          ? "none" : names.prefix(6).map { "'\($0.prefix(80))'" }.joined(separator: ", "))
        + (names.isEmpty ? "" : ": unpack it, and name one of them")
    }
  }

  private static let joblibCode =
    "import joblib, torch; torch.save({name: torch.as_tensor(value) for name, value in "
    + "joblib.load('model.pt').items()}, 'weights.pt')"

  func error(_ file: String) -> TorchFileError {
    TorchFileError(.foreignFile, file: file, message)
  }
}

extension ForeignFile {
  /// Recognises a file by its first bytes; nil for an unknown kind.
  init?(_ bytes: [UInt8]) {
    if let known = Self.beginnings.first(where: { bytes.starts(with: $0.bytes) })?.file {
      self = known
      if case .hdf5 = known { self = .hdf5(isKeras: Self.contains("keras", bytes)) }
    } else if bytes.count >= 262, bytes[257..<262].elementsEqual("ustar".utf8) {
      let name = String(decoding: bytes[..<100].prefix { $0 != 0 }, as: UTF8.self)
      let own = ["sys_info", "pickle", "tensors", "storages"]
      self = .tar(isTorch: own.contains(String(name.drop { "./".contains($0) })))
    } else if bytes.count > 8, bytes[4..<8].elementsEqual("TFL3".utf8) {
      self = .tensorFlowLite
    } else if Self.isONNX(bytes) {
      self = .onnx
    } else if let text = Self.text(bytes) {
      self.init(text: text)
    } else {
      return nil
    }
  }

  private static let beginnings: [(bytes: [UInt8], file: ForeignFile)] = [
    ([0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A], .hdf5(isKeras: false)),
    ([0xFD] + Array("7zXZ".utf8) + [0], .compressed(kind: "xz", command: "unxz")),
    (Array("BZh".utf8), .compressed(kind: "bzip2", command: "bunzip2")),
    ([0x28, 0xB5, 0x2F, 0xFD], .compressed(kind: "Zstandard", command: nil)),
    ([0x04, 0x22, 0x4D, 0x18], .compressed(kind: "LZ4", command: nil)),
    (Array("7z".utf8) + [0xBC, 0xAF], .compressed(kind: "7-Zip", command: nil)),
    (Array("Rar!".utf8), .compressed(kind: "RAR", command: nil)),
    ([0x93] + Array("NUMPY".utf8), .numPyArray),
  ]

  /// Whether the bytes begin with the first fields of a `ModelProto`: field 1 with a small number,
  /// then the producer (field 2), the graph (7) or the operators (8).
  private static func isONNX(_ bytes: [UInt8]) -> Bool {
    bytes.count > 8 && bytes[0] == 0x08 && (3...30).contains(bytes[1])
      && [0x12, 0x3A, 0x42].contains(bytes[2])
  }

  private static func contains(_ word: String, _ bytes: [UInt8]) -> Bool {
    let word = Array(word.utf8)
    let window = bytes.prefix(1 << 16)
    var start = window.startIndex
    while let found = window[start...].firstIndex(of: word[0]) {
      if window[found...].starts(with: word) { return true }
      start = found + 1
    }
    return false
  }

  /// The beginning of a text; nil if the bytes are no text.
  private static func text(_ bytes: [UInt8]) -> String? {
    let start = bytes.prefix(4096)
    guard start.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }) else { return nil }
    // The cut may have split a character: at most three bytes of it are left.
    return (0...3).lazy.compactMap { String(validating: start.dropLast($0), as: UTF8.self) }.first
  }

  private init?(text: String) {
    let text = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if text.hasPrefix("version https://git-lfs") {
      let size = text.split(separator: "\n").first { $0.hasPrefix("size ") }?.dropFirst(5)
      self = .lfsPointer(size: size.flatMap { Int($0) }.map(String.init))
    } else if text.hasPrefix("<") {
      self = .webPage(title: Self.title(text))
    } else if text.hasPrefix("{") || text.hasPrefix("[") {
      self = .json(beginning: String(text.prefix { !$0.isNewline }.prefix(80)))
    } else {
      return nil
    }
  }

  private static func title(_ page: Substring) -> String? {
    guard let start = page.range(of: "<title>"), let end = page.range(of: "</title>"),
      start.upperBound <= end.lowerBound
    else { return nil }
    return String(page[start.upperBound..<end.lowerBound].prefix(80))
  }
}

extension Substring {
  /// The range of the first occurrence of a short text; nil if there is none.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
