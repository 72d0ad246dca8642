/// Turns a pickle into plain values.
///
/// Pickles share values and can contain themselves; plain values can't. Therefore every use of a
/// shared value counts towards the limits, and so does every level of nesting.
struct ValueReader {
  private var tensors: TensorReader
  /// Tensors by their index in the pickle. A tensor that is used twice is read once.
  private var known: [Int: TorchTensor] = [:]
  private let limits: PickleLimits
  private var count = 0

  init(_ content: TorchContent, limits: PickleLimits) {
    tensors = TensorReader(content)
    self.limits = limits
  }

  mutating func root() throws(TorchFileError) -> TorchValue {
    try value(tensors.content.pickle.root, "", depth: 0)
  }

  private mutating func value(
    _ value: PickleValue, _ name: String, depth: Int
  ) throws(TorchFileError) -> TorchValue {
    switch value {
    case .none: .none
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(Int64(value))
    case .float(let value): .number(value)
    case .string(let value): .string(value)
    case .longString(let bytes):
      String(validating: bytes, as: UTF8.self).map { .string($0) }
        ?? .other(tensors.content.pickle.summary(value))
    case .largeInteger, .bytes, .global: .other(tensors.content.pickle.summary(value))
    case .object(let index): try object(index, value, name, depth: depth)
    }
  }

  private mutating func object(
    _ index: Int, _ value: PickleValue, _ name: String, depth: Int
  ) throws(TorchFileError) -> TorchValue {
    if let tensor = known[index] { return .tensor(tensor) }
    if let call = tensors.call(value) {
      let tensor = try tensors.tensor(name, call)
      known[index] = tensor
      return .tensor(tensor)
    }
    guard depth < limits.depth else {
      throw limitExceeded(name, "expected at most \(limits.depth) levels of nested values")
    }
    let pickle = tensors.content.pickle
    let object = pickle.objects[index]
    switch object.kind {
    case .list: return .list(try values(object.items, name, depth: depth))
    case .tuple: return .tuple(try values(object.items, name, depth: depth))
    case .dictionary: return .dictionary(try entries(value, name, depth: depth))
    case .opaque where !object.entries.isEmpty:
      return .dictionary(try entries(value, name, depth: depth))
    case .set, .opaque: return .other(pickle.summary(value))
    case .call, .persistent:
      guard let size = pickle.size(value) else { return .other(pickle.summary(value)) }
      return .tuple(try values(size, name, depth: depth))
    }
  }

  private mutating func values(
    _ items: [PickleValue], _ name: String, depth: Int
  ) throws(TorchFileError) -> [TorchValue] {
    try spend(items.count, name)
    var result: [TorchValue] = []
    result.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      result.append(try value(item, "\(name)[\(index)]", depth: depth + 1))
    }
    return result
  }

  private mutating func entries(
    _ dictionary: PickleValue, _ name: String, depth: Int
  ) throws(TorchFileError) -> [TorchEntry] {
    let pickle = tensors.content.pickle
    try spend(pickle.object(dictionary).map { $0.items.count + $0.entries.count } ?? 0, name)
    var result: [TorchEntry] = []
    for entry in pickle.dictionary(dictionary) ?? [] {
      let part = entry.text ?? pickle.summary(entry.key)
      let path = name.isEmpty ? part : "\(name.prefix(1000))/\(part)"
      result.append(
        TorchEntry(
          key: try value(entry.key, path, depth: depth + 1),
          value: try value(entry.value, path, depth: depth + 1)))
    }
    return result
  }

  private mutating func spend(_ count: Int, _ name: String) throws(TorchFileError) {
    self.count += count
    guard self.count <= limits.values else {
      throw limitExceeded(name, "expected at most \(limits.values) values in one file")
    }
  }

  private func limitExceeded(_ name: String, _ message: String) -> TorchFileError {
    TorchFileError(
      .limitExceeded, file: tensors.content.file, place: "value '\(name.prefix(200))'", message)
  }
}
