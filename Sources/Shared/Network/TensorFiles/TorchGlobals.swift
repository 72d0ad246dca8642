/// The Python names that are known here, in the form of `PickleGlobal.canonical`, and those that no
/// model needs.
enum TorchGlobals {
  static let rebuildTensor = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor")
  static let rebuildTensor2 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v2")
  static let rebuildTensor3 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v3")
  static let rebuildParameter = PickleGlobal(module: "torch._utils", name: "_rebuild_parameter")
  static let rebuildParameterWithState = PickleGlobal(
    module: "torch._utils", name: "_rebuild_parameter_with_state")
  static let size = PickleGlobal(module: "torch", name: "Size")
  /// How a tensor of a subclass is written: `(function, class, arguments, attributes)`.
  static let rebuildFromType = PickleGlobal(module: "torch._tensor", name: "_rebuild_from_type_v2")
  static let orderedDictionary = PickleGlobal(module: "collections", name: "OrderedDict")
  /// How a storage is pickled outside of PyTorch's own files: the argument is a file of the legacy
  /// format that holds the storage.
  static let loadFromBytes = PickleGlobal(module: "torch.storage", name: "_load_from_bytes")
  static let encode = PickleGlobal(module: "_codecs", name: "encode")
  static let bytes = PickleGlobal(module: "__builtin__", name: "bytes")
  static let byteArray = PickleGlobal(module: "__builtin__", name: "bytearray")
  /// How protocols 0 and 1 make an object of a class.
  static let reconstructor = PickleGlobal(module: "copy_reg", name: "_reconstructor")
  static let getAttribute = PickleGlobal(module: "__builtin__", name: "getattr")
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

  /// The names that are known in PyTorch's own files.
  static let known = Set(storages.keys).union(dtypes.keys).union(NumPyGlobals.all).union([
    rebuildTensor, rebuildTensor2, rebuildTensor3, rebuildParameter, rebuildParameterWithState,
    rebuildFromType,
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

  /// The names that are known in plain pickles. The file of a storage within a pickle may use
  /// `known` only, so that it can't contain another one.
  static let knownInPlainPickles = known.union([loadFromBytes])
}
