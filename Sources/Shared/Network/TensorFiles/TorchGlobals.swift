/// The Python names that a file may contain, in the form of `PickleGlobal.canonical`. All others are
/// refused.
enum TorchGlobals {
  static let rebuildTensor = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor")
  static let rebuildTensor2 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v2")
  static let rebuildTensor3 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v3")
  static let rebuildParameter = PickleGlobal(module: "torch._utils", name: "_rebuild_parameter")
  static let rebuildParameterWithState = PickleGlobal(
    module: "torch._utils", name: "_rebuild_parameter_with_state")
  static let size = PickleGlobal(module: "torch", name: "Size")
  static let orderedDictionary = PickleGlobal(module: "collections", name: "OrderedDict")
  /// How a storage is pickled outside of PyTorch's own files: the argument is a file of the legacy
  /// format that holds the storage.
  static let loadFromBytes = PickleGlobal(module: "torch.storage", name: "_load_from_bytes")
  static let encode = PickleGlobal(module: "_codecs", name: "encode")
  static let bytes = PickleGlobal(module: "__builtin__", name: "bytes")
  static let byteArray = PickleGlobal(module: "__builtin__", name: "bytearray")
  static let untypedStorage = PickleGlobal(module: "torch.storage", name: "UntypedStorage")

  /// The element type of each typed storage class.
  static let storages: [PickleGlobal: ElementType] = Dictionary(
    uniqueKeysWithValues: ElementType.allCases.compactMap { type in
      type.storageName.map { (PickleGlobal(module: "torch", name: $0), type) }
    })

  /// The element type of each `torch.dtype`.
  static let dtypes: [PickleGlobal: ElementType] = Dictionary(
    uniqueKeysWithValues: ElementType.allCases.map {
      (PickleGlobal(module: "torch", name: $0.dtypeName), $0)
    })

  /// What PyTorch's own files may contain.
  static let allowed = Set(storages.keys).union(dtypes.keys).union(NumPyGlobals.all).union([
    rebuildTensor, rebuildTensor2, rebuildTensor3, rebuildParameter, rebuildParameterWithState,
    untypedStorage, size,
    PickleGlobal(module: "torch", name: "device"),
    orderedDictionary,
    PickleGlobal(module: "collections", name: "Counter"),
    // How protocol 2 writes bytes, sets and complex numbers.
    encode, bytes, byteArray,
    PickleGlobal(module: "__builtin__", name: "set"),
    PickleGlobal(module: "__builtin__", name: "frozenset"),
    PickleGlobal(module: "__builtin__", name: "complex"),
  ])

  /// What plain pickles may contain. A storage within another one's file is none of that.
  static let allowedInPlainPickles = allowed.union([loadFromBytes])

  /// Whether a name that is refused gives a file power over the machine that loads it, rather than
  /// being the class of something that a training program saved.
  static func isDangerous(_ global: PickleGlobal) -> Bool {
    let package = global.module.prefix { $0 != "." }
    return [
      "os", "posix", "nt", "subprocess", "builtins", "__builtin__", "sys", "shutil", "socket",
      "runpy", "importlib", "ctypes", "webbrowser", "pty", "commands", "urllib", "requests",
    ].contains(package)
  }
}
