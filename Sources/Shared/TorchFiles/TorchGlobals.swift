/// The Python names that a PyTorch file may contain. All others are refused.
enum TorchGlobals {
  static let rebuildTensor = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor")
  static let rebuildTensor2 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v2")
  static let rebuildTensor3 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v3")
  static let rebuildParameter = PickleGlobal(module: "torch._utils", name: "_rebuild_parameter")
  static let rebuildParameterWithState = PickleGlobal(
    module: "torch._utils", name: "_rebuild_parameter_with_state")
  static let size = PickleGlobal(module: "torch", name: "Size")
  static let orderedDictionary = PickleGlobal(module: "collections", name: "OrderedDict")
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

  static let allowed: Set<PickleGlobal> = Set(storages.keys).union(dtypes.keys).union([
    rebuildTensor, rebuildTensor2, rebuildTensor3, rebuildParameter, rebuildParameterWithState,
    untypedStorage, size,
    PickleGlobal(module: "torch", name: "device"),
    orderedDictionary,
    PickleGlobal(module: "collections", name: "Counter"),
    // How protocol 2 writes bytes, sets and complex numbers.
    PickleGlobal(module: "_codecs", name: "encode"),
    PickleGlobal(module: "__builtin__", name: "bytes"),
    PickleGlobal(module: "__builtin__", name: "bytearray"),
    PickleGlobal(module: "__builtin__", name: "set"),
    PickleGlobal(module: "__builtin__", name: "frozenset"),
    PickleGlobal(module: "__builtin__", name: "complex"),
  ])
}
