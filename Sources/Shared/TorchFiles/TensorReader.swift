/// Copies tensors out of the storages of a file.
struct TensorReader {
  let content: TorchContent
  /// How many more elements may be copied. Tensors can share a storage and repeat its elements
  /// (stride 0), so that a small file could otherwise ask for any amount of memory.
  private var budget: Int

  /// How many elements all tensors may have beyond one for each byte of all storages.
  static let spareElements = 1 << 24

  init(_ content: TorchContent) {
    self.content = content
    // The ranges lie in one file without overlapping: their sum can't overflow.
    budget = content.storages.values.reduce(0) { $0 + $1.count } + Self.spareElements
  }

  /// The call that rebuilds a tensor, taken out of a Parameter; nil if the value is none.
  func call(_ value: PickleValue) -> PickleObject? {
    guard var object = content.pickle.object(value) else { return nil }
    // One level only: PyTorch never wraps a Parameter in a Parameter, a cycle would.
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
    default: return nil
    }
  }

  /// How many dimensions the tensor says it has; unchecked.
  func rank(_ call: PickleObject) -> Int {
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
    return try source.layout.tensor(source.type, bytes: content.bytes, range: source.range) {
      TorchFileError(.unsupported, file: content.file, place: place(name), $0)
    }
  }

  private func floats(_ source: Source) -> [Float] {
    content.bytes.withUnsafeBytes {
      source.layout.gather(source.type, from: UnsafeRawBufferPointer(rebasing: $0[source.range]))
    }
  }

  /// Where a tensor's elements lie, checked.
  private struct Source {
    let type: ElementType
    let layout: TensorLayout
    let range: Range<Int>
  }

  /// Arguments: storage, offset, shape, strides, then what autograd needs; the third version has
  /// the element type as its seventh, over an untyped storage.
  private mutating func source(
    _ name: String, _ call: PickleObject
  ) throws(TorchFileError) -> Source {
    let pickle = content.pickle
    let arguments = call.items
    guard arguments.count >= 4, let storage = pickle.object(arguments[0]),
      storage.kind == .persistent, case .integer(let offset) = arguments[1],
      let shape = integers(arguments[2]), let strides = integers(arguments[3])
    else {
      throw malformed(
        name,
        "expected a storage, an offset, a shape and strides, got "
          + arguments.prefix(4).map(pickle.summary).joined(separator: ", "))
    }
    let reference = try StorageReference(storage, in: pickle, file: content.file)
    let type = try elementType(name, call, reference)
    guard let range = content.storages[reference.key] else {
      throw malformed(name, "its storage \(reference.key) is not in the file")
    }
    let layout: TensorLayout
    do {
      layout = try TensorLayout(
        shape: shape, strides: strides, offset: offset,
        storageCount: range.count / type.byteCount)
    } catch { throw malformed(name, error.message) }
    guard layout.count <= budget else {
      throw TorchFileError(
        .limitExceeded, file: content.file, place: place(name),
        "expected tensors of about the size of their storages, got \(shape) over "
          + "\(range.count) bytes")
    }
    budget -= layout.count
    return Source(type: type, layout: layout, range: range)
  }

  private func elementType(
    _ name: String, _ call: PickleObject, _ reference: StorageReference
  ) throws(TorchFileError) -> ElementType {
    if call.kind == .call(TorchGlobals.rebuildTensor3) {
      guard call.items.count >= 7, case .global(let dtype) = call.items[6],
        let type = TorchGlobals.dtypes[dtype]
      else { throw malformed(name, "expected an element type as the tensor's seventh argument") }
      return type
    }
    guard let type = reference.type else {
      throw malformed(name, "expected a storage with an element type, got an untyped one")
    }
    return type
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    // torch.Size(tuple) stands where a plain tuple may.
    let items = content.pickle.sequence(value) ?? content.pickle.size(value)
    guard let items, items.count <= TensorLayout.maximumRank else { return nil }
    var numbers: [Int] = []
    for case .integer(let number) in items { numbers.append(number) }
    return numbers.count == items.count ? numbers : nil
  }

  private func malformed(_ name: String, _ message: String) -> TorchFileError {
    TorchFileError(.malformed, file: content.file, place: place(name), message)
  }

  private func place(_ name: String) -> String { "tensor '\(name.prefix(200))'" }
}

extension Pickle {
  /// The items of a `torch.Size`; nil for anything else.
  func size(_ value: PickleValue) -> [PickleValue]? {
    guard let object = object(value), object.kind == .call(TorchGlobals.size) else { return nil }
    return object.items.first.flatMap(sequence)
  }
}
