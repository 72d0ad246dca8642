/// Writes a value as a pickle of protocol 2, with the same instructions that CPython's pickler
/// writes for `torch.save`.
///
/// Only instructions and names that `torch.load(weights_only=True)` accepts are used. Each tensor
/// gets a storage of its own, in the order in which they occur: whether two arrays of this process
/// share memory must not show in the file, or equal content would not give equal bytes.
struct PickleWriter {
  private let file: String
  /// The reader's bounds: what is written must be readable.
  private let limits: PickleLimits
  private(set) var bytes: [UInt8] = [0x80, 2]
  private(set) var storages: [TorchTensor.Elements] = []

  private var memoCount = 0
  private var valueCount = 0
  private var instructionCount = 0
  private var knownStrings: [String: Int] = [:]
  private var knownGlobals: [PickleGlobal: Int] = [:]

  /// The pickle of `root`, and the elements of its storages. A dictionary of nothing but tensors
  /// becomes an OrderedDict, as `state_dict()` returns it.
  static func write(
    _ root: TorchValue, file: String, limits: PickleLimits = PickleLimits()
  ) throws(TorchFileError) -> PickleWriter {
    var writer = PickleWriter(file: file, limits: limits)
    if case .dictionary(let entries) = root, entries.allSatisfy({ $0.value.isTensor }) {
      writer.emptyOrderedDictionary()
      writer.memorize()
      try writer.setItems(entries, "", depth: 0)
    } else {
      try writer.value(root, "", depth: 0)
    }
    writer.emit(.stop)
    return writer
  }

  private init(file: String, limits: PickleLimits) {
    self.file = file
    self.limits = limits
  }

  private mutating func value(
    _ value: TorchValue, _ name: String, depth: Int
  ) throws(TorchFileError) {
    valueCount += 1
    guard depth < limits.depth else {
      throw limitExceeded(name, "expected at most \(limits.depth) levels of nested values")
    }
    // A tensor takes up to 100 instructions, an item of a list up to 3.
    guard valueCount <= limits.values, instructionCount + 100 <= limits.steps,
      memoCount + 100 <= limits.memoEntries
    else {
      throw limitExceeded(name, "expected fewer values or tensors: one file can't hold so many")
    }
    switch value {
    case .none: emit(.none)
    case .bool(let value): emit(value ? .newTrue : .newFalse)
    case .integer(let value): integer(value)
    case .number(let value): number(value)
    case .string(let value): try string(value, name)
    case .tuple(let items): try tuple(items, name, depth: depth)
    case .list(let items):
      emit(.emptyList)
      memorize()
      try appendItems(items, name, depth: depth)
    case .dictionary(let entries):
      emit(.emptyDict)
      memorize()
      try setItems(entries, name, depth: depth)
    case .tensor(let tensor): self.tensor(tensor)
    case .other(let description): throw unwritable(name, "\(description) can be read, not written")
    }
  }

  private func limitExceeded(_ name: String, _ message: String) -> TorchFileError {
    TorchFileError(.limitExceeded, file: file, place: "value '\(name.prefix(200))'", message)
  }

  private func unwritable(_ name: String, _ message: String) -> TorchFileError {
    TorchFileError(
      .unwritableContent, file: file, place: "value '\(name.prefix(200))'", message)
  }
}

// MARK: - Plain values

extension PickleWriter {
  private mutating func emit(_ opcode: PickleOpcode) {
    instructionCount += 1
    bytes.append(opcode.rawValue)
  }

  private mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  private mutating func integer(_ value: Int64) {
    if let small = UInt8(exactly: value) {
      emit(.binInt1)
      append(small)
    } else if let small = UInt16(exactly: value) {
      emit(.binInt2)
      append(small)
    } else if let small = Int32(exactly: value) {
      emit(.binInt)
      append(small)
    } else {
      // The fewest bytes that hold the number and its sign.
      let length = (64 - (value < 0 ? ~value : value).leadingZeroBitCount) / 8 + 1
      emit(.long1)
      append(UInt8(length))
      withUnsafeBytes(of: value.littleEndian) { bytes += $0.prefix(length) }
    }
  }

  private mutating func number(_ value: Double) {
    emit(.binFloat)
    append(value.bitPattern.byteSwapped)
  }

  private mutating func string(_ text: String, _ name: String) throws(TorchFileError) {
    guard text.utf8.count <= limits.stringLength else {
      throw unwritable(name, "a string of \(text.utf8.count) bytes is too long for a pickle here")
    }
    string(text)
  }

  private mutating func string(_ text: String) {
    if let known = knownStrings[text] { return recall(known) }
    emit(.binUnicode)
    append(UInt32(text.utf8.count))
    bytes += text.utf8
    knownStrings[text] = memorize()
  }

  private mutating func global(_ global: PickleGlobal) {
    if let known = knownGlobals[global] { return recall(known) }
    emit(.global)
    bytes += "\(global.module)\n\(global.name)\n".utf8
    knownGlobals[global] = memorize()
  }

  /// Stores the top of the stack under the next memo number and returns this number.
  @discardableResult
  private mutating func memorize() -> Int {
    let number = memoCount
    memoCount += 1
    if let small = UInt8(exactly: number) {
      emit(.binPut)
      append(small)
    } else {
      emit(.longBinPut)
      append(UInt32(number))
    }
    return number
  }

  private mutating func recall(_ number: Int) {
    if let small = UInt8(exactly: number) {
      emit(.binGet)
      append(small)
    } else {
      emit(.longBinGet)
      append(UInt32(number))
    }
  }
}

// MARK: - Compound values

extension PickleWriter {
  /// CPython's pickler fills lists and dictionaries in portions of this many items.
  private static let batch = 1000

  private mutating func appendItems(
    _ items: [TorchValue], _ name: String, depth: Int
  ) throws(TorchFileError) {
    for start in stride(from: 0, to: items.count, by: Self.batch) {
      let batch = items[start..<min(start + Self.batch, items.count)]
      if items.count > 1 { emit(.mark) }
      for index in batch.indices { try value(items[index], "\(name)[\(index)]", depth: depth + 1) }
      emit(items.count > 1 ? .appends : .append)
    }
  }

  private mutating func setItems(
    _ entries: [TorchEntry], _ name: String, depth: Int
  ) throws(TorchFileError) {
    try checkKeys(entries, name)
    for start in stride(from: 0, to: entries.count, by: Self.batch) {
      let batch = entries[start..<min(start + Self.batch, entries.count)]
      if entries.count > 1 { emit(.mark) }
      for entry in batch {
        let path = name.isEmpty ? entry.key.keyText : "\(name.prefix(1000))/\(entry.key.keyText)"
        try value(entry.key, path, depth: depth + 1)
        try value(entry.value, path, depth: depth + 1)
      }
      emit(entries.count > 1 ? .setItems : .setItem)
    }
  }

  /// Throws if a key occurs twice, because Python would keep the last one only, or is neither a
  /// string nor an integer.
  private func checkKeys(_ entries: [TorchEntry], _ name: String) throws(TorchFileError) {
    var strings: Set<String> = []
    var integers: Set<Int64> = []
    for entry in entries {
      let isNew: Bool
      switch entry.key {
      case .string(let key):
        guard key.utf8.count <= PickleEntry.maximumTextLength else {
          throw unwritable(
            name,
            "expected keys of at most \(PickleEntry.maximumTextLength) bytes, got "
              + "\(key.utf8.count)")
        }
        isNew = strings.insert(key).inserted
      case .integer(let key): isNew = integers.insert(key).inserted
      default:
        throw unwritable(name, "expected strings or integers as keys, got \(entry.key.keyText)")
      }
      guard isNew else { throw unwritable(name, "the key \(entry.key.keyText) occurs twice") }
    }
  }

  private mutating func tuple(
    _ items: [TorchValue], _ name: String, depth: Int
  ) throws(TorchFileError) {
    if items.count > 3 { emit(.mark) }
    for (index, item) in items.enumerated() {
      try value(item, "\(name)[\(index)]", depth: depth + 1)
    }
    closeTuple(items.count)
  }

  private mutating func closeTuple(_ count: Int) {
    switch count {
    case 0: return emit(.emptyTuple)  // CPython memorises all tuples but the empty one.
    case 1: emit(.tuple1)
    case 2: emit(.tuple2)
    case 3: emit(.tuple3)
    default: emit(.tuple)
    }
    memorize()
  }

  private mutating func tuple(_ numbers: [Int]) {
    if numbers.count > 3 { emit(.mark) }
    for number in numbers { integer(Int64(number)) }
    closeTuple(numbers.count)
  }

  private mutating func emptyOrderedDictionary() {
    global(TorchGlobals.orderedDictionary)
    emit(.emptyTuple)
    emit(.reduce)
  }

  /// `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward_hooks)`.
  private mutating func tensor(_ tensor: TorchTensor) {
    global(TorchGlobals.rebuildTensor2)
    emit(.mark)
    storage(tensor)
    integer(0)
    tuple(tensor.shape)
    tuple(Self.strides(tensor.shape))
    emit(.newFalse)
    emptyOrderedDictionary()
    memorize()
    closeTuple(.max)
    emit(.reduce)
    memorize()
  }

  /// The identifier `("storage", class, key, location, element count)`.
  private mutating func storage(_ tensor: TorchTensor) {
    emit(.mark)
    string("storage")
    global(tensor.elements.storageClass)
    // CPython makes a new string of the number, so that one of the caller's strings in the memo is
    // not used even if it is equal.
    key(storages.count)
    string("cpu")
    integer(Int64(tensor.count))
    closeTuple(.max)
    emit(.binPersistentID)
    storages.append(tensor.elements)
  }

  private mutating func key(_ number: Int) {
    let text = String(number)
    emit(.binUnicode)
    append(UInt32(text.utf8.count))
    bytes += text.utf8
    memorize()
  }

  /// Row-major strides as PyTorch computes them: a dimension of size 0 counts as 1.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for index in shape.indices.dropLast().reversed() {
      strides[index] = strides[index + 1] * max(shape[index + 1], 1)
    }
    return strides
  }
}

extension TorchValue {
  fileprivate var isTensor: Bool {
    if case .tensor = self { true } else { false }
  }

  /// A key in words, for errors.
  fileprivate var keyText: String {
    switch self {
    case .string(let text): String(text.prefix(200))
    case .integer(let value): String(value)
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .number(let value): String(value)
    case .list, .tuple, .dictionary, .tensor, .other: "a compound value"
    }
  }
}

extension TorchTensor.Elements {
  fileprivate var storageClass: PickleGlobal {
    switch self {
    case .float32: PickleGlobal(module: "torch", name: "FloatStorage")
    case .int64: PickleGlobal(module: "torch", name: "LongStorage")
    }
  }

  var byteCount: Int {
    switch self {
    case .float32(let slice): slice.count * MemoryLayout<Float>.size
    case .int64(let slice): slice.count * MemoryLayout<Int64>.size
    }
  }
}
