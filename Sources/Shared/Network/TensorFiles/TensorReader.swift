/// Copies tensors out of the storages of a file, and NumPy arrays out of its pickle.
struct TensorReader {
  let content: TorchContent
  /// How many more elements may be copied. Tensors can share a storage and repeat its elements
  /// (stride 0), so that a small file could otherwise ask for any amount of memory.
  private var budget: Int

  /// All tensors together may have one element for each byte of the file, and this many more.
  static let spareElements = 1 << 24

  init(_ content: TorchContent) {
    self.content = content
    budget = content.bytes.count + Self.spareElements
  }

  /// The call that rebuilds a tensor or an array, unwrapped from a Parameter or a tensor's
  /// subclass; nil if the value is neither tensor nor array.
  func call(_ value: PickleValue) -> PickleObject? {
    guard var object = content.pickle.object(value) else { return nil }
    // The function and its arguments; the class means nothing here.
    if object.kind == .call(TorchGlobals.rebuildFromType), object.items.count >= 3,
      case .global(let function) = object.items[0],
      let arguments = content.pickle.sequence(object.items[2])
    {
      object = PickleObject(kind: .call(function), items: arguments)
    }
    // One level only: PyTorch never wraps a Parameter in a Parameter, but a hostile cycle would.
    switch object.kind {
    case .call(TorchGlobals.rebuildParameter), .call(TorchGlobals.rebuildParameterWithState):
      guard let data = object.items.first.flatMap(content.pickle.object) else { return nil }
      object = data
    default: break
    }
    switch object.kind {
    case .call(TorchGlobals.rebuildTensor), .call(TorchGlobals.rebuildTensor2),
      .call(TorchGlobals.rebuildTensor3):
      return object
    default: return NumPyArray.isArray(object, in: content.pickle) ? object : nil
    }
  }

  /// The error for a tensor of a kind that isn't known here, such as a quantised one; nil for any
  /// other value.
  func refusal(of value: PickleValue, _ name: String) -> TorchFileError? {
    guard case .opaque(let global)? = content.pickle.object(value)?.kind,
      global.module.hasPrefix("torch."), global.name.hasPrefix("_rebuild")
    else { return nil }
    return TorchFileError(
      .unsupported, file: content.file, place: place(name),
      "expected a plain tensor, got one that \(global) makes, which isn't known here: save it as a "
        + "dense float32 tensor")
  }

  /// The number of dimensions that the pickle states; unchecked.
  func rank(_ call: PickleObject) -> Int {
    if NumPyArray.isArray(call, in: content.pickle) {
      return NumPyArray.rank(call, in: content.pickle)
    }
    guard call.items.count > 2 else { return 0 }
    let shape = content.pickle.sequence(call.items[2]) ?? content.pickle.size(call.items[2])
    return shape?.count ?? 0
  }

  /// A tensor converted to Float32, whatever its type.
  mutating func floats(_ name: String, _ call: PickleObject) throws(TorchFileError) -> NamedTensor {
    let source = try source(name, call)
    return NamedTensor(name: name, shape: source.layout.shape, values: floats(source))
  }

  /// A tensor as float32, or as int64 if it holds integers or bool.
  mutating func tensor(_ name: String, _ call: PickleObject) throws(TorchFileError) -> TorchTensor {
    let source = try source(name, call)
    return try source.layout.tensor(source.type, bytes: source.bytes, range: source.range) {
      TorchFileError(.unsupported, file: content.file, place: place(name), $0)
    }
  }

  private func floats(_ source: Source) -> [Float] {
    source.bytes.withUnsafeBytes {
      source.layout.gather(source.type, from: UnsafeRawBufferPointer(rebasing: $0[source.range]))
    }
  }

  /// The position of a tensor's elements; all numbers in it are checked.
  private struct Source {
    let type: ElementType
    let layout: TensorLayout
    let bytes: [UInt8]
    let range: Range<Int>
  }

  private mutating func source(
    _ name: String, _ call: PickleObject
  ) throws(TorchFileError) -> Source {
    NumPyArray.isArray(call, in: content.pickle)
      ? try arraySource(name, call) : try tensorSource(name, call)
  }

  private mutating func arraySource(
    _ name: String, _ call: PickleObject
  ) throws(TorchFileError) -> Source {
    do throws(NumPyArray.Refused) {
      let array = try NumPyArray(call, in: content.pickle)
      guard array.count <= budget else {
        throw NumPyArray.Refused(
          code: .limitExceeded, message: "expected arrays of about the size of the file")
      }
      budget -= array.count
      let (bytes, layout) = try array.elements()
      return Source(type: array.type, layout: layout, bytes: bytes, range: bytes.indices)
    } catch {
      throw TorchFileError(error.code, file: content.file, place: place(name), error.message)
    }
  }

  /// The call's arguments are storage, offset, shape, strides, then what autograd needs.
  /// `_rebuild_tensor_v3` has the element type as its seventh argument, and an untyped storage.
  private mutating func tensorSource(
    _ name: String, _ call: PickleObject
  ) throws(TorchFileError) -> Source {
    let pickle = content.pickle
    let arguments = call.items
    guard arguments.count >= 4, let storage = try storage(name, arguments[0]),
      case .integer(let offset) = arguments[1],
      let shape = pickle.integers(arguments[2]), let strides = pickle.integers(arguments[3])
    else {
      throw malformed(
        name,
        "expected a storage, an offset, a shape and strides, got "
          + arguments.prefix(4).map(pickle.summary).joined(separator: ", "))
    }
    let type = try elementType(name, call, storage.type)
    let layout: TensorLayout
    do {
      layout = try TensorLayout(
        shape: shape, strides: strides, offset: offset,
        storageCount: storage.range.count / type.byteCount)
    } catch { throw malformed(name, error.message) }
    guard layout.count <= budget else {
      throw TorchFileError(
        .limitExceeded, file: content.file, place: place(name),
        "expected tensors of about the size of their storages, got \(shape) over "
          + "\(storage.range.count) bytes")
    }
    budget -= layout.count
    return Source(type: type, layout: layout, bytes: storage.bytes, range: storage.range)
  }

  /// The storage that a value stands for; nil if it stands for none.
  private func storage(
    _ name: String, _ value: PickleValue
  ) throws(TorchFileError) -> TensorStorage? {
    guard case .object(let index) = value else { return nil }
    if let nested = content.nestedStorages[index] { return nested }
    let object = content.pickle.objects[index]
    guard object.kind == .persistent else { return nil }
    let reference = try StorageReference(object, in: content.pickle, file: content.file)
    guard let range = content.storages[reference.key] else {
      throw malformed(name, "its storage \(reference.key) is not in the file")
    }
    return TensorStorage(type: reference.type, bytes: content.bytes, range: range)
  }

  private func elementType(
    _ name: String, _ call: PickleObject, _ storageType: ElementType?
  ) throws(TorchFileError) -> ElementType {
    if call.kind == .call(TorchGlobals.rebuildTensor3) {
      guard call.items.count >= 7, case .global(let dtype) = call.items[6],
        let type = TorchGlobals.dtypes[dtype]
      else { throw malformed(name, "expected an element type as the tensor's seventh argument") }
      return type
    }
    guard let type = storageType else {
      throw malformed(name, "expected a storage with an element type, got an untyped one")
    }
    return type
  }

  private func malformed(_ name: String, _ message: String) -> TorchFileError {
    TorchFileError(.malformed, file: content.file, place: place(name), message)
  }

  private func place(_ name: String) -> String { "tensor '\(name.prefix(200))'" }
}

extension Pickle {
  /// The integers of a tuple, a list or a `torch.Size`; nil for anything else, and for more than
  /// `TensorLayout.maximumRank` of them.
  func integers(_ value: PickleValue) -> [Int]? {
    let items = sequence(value) ?? size(value)
    guard let items, items.count <= TensorLayout.maximumRank else { return nil }
    var numbers: [Int] = []
    for case .integer(let number) in items { numbers.append(number) }
    return numbers.count == items.count ? numbers : nil
  }

  /// The items of a `torch.Size`; nil for anything else.
  func size(_ value: PickleValue) -> [PickleValue]? {
    guard let object = object(value), object.kind == .call(TorchGlobals.size) else { return nil }
    return object.items.first.flatMap(sequence)
  }
}
