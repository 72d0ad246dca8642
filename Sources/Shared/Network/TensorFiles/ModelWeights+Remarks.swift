extension ModelWeights {
  /// Short lists and dictionaries of plain values that are stored with the tensors, by their keys
  /// joined by `/`: notes of a training program, such as `class_to_idx` or `args/classes`.
  ///
  /// Anything longer, deeper or other than text and numbers is skipped: these are remarks, not
  /// data.
  static func remarks(
    _ pickle: Pickle, besides container: PickleValue
  ) -> [String: TorchValue] {
    var reader = RemarkReader(pickle: pickle)
    reader.read(pickle.root, at: "", depth: 0)
    reader.read(container, at: "", depth: 0)
    return reader.remarks
  }
}

private struct RemarkReader {
  let pickle: Pickle
  var remarks: [String: TorchValue] = [:]
  private var visited: Set<Int> = []
  private var budget = 10_000

  private static let maximumLength = 64
  private static let maximumDepth = 3
  private static let maximumTextLength = 256

  init(pickle: Pickle) { self.pickle = pickle }

  mutating func read(_ value: PickleValue, at path: String, depth: Int) {
    guard case .object(let index) = value, visited.insert(index).inserted,
      let entries = pickle.members(value)
    else { return }
    for entry in entries {
      budget -= 1
      guard budget > 0, let key = entry.text else { continue }
      let name = path.isEmpty ? key : "\(path)/\(key)"
      if let remark = remark(entry.value) {
        remarks[name] = remarks[name] ?? remark
      } else if depth < Self.maximumDepth {
        read(entry.value, at: name, depth: depth + 1)
      }
    }
  }

  /// The value if it is a short list or dictionary of text and numbers.
  private func remark(_ value: PickleValue) -> TorchValue? {
    guard let object = pickle.object(value), object.items.count <= Self.maximumLength * 2 else {
      return nil
    }
    let items = object.items.compactMap(Self.plain)
    guard items.count == object.items.count, !items.isEmpty else { return nil }
    switch object.kind {
    case .list, .tuple: return .list(items)
    case .dictionary:
      return .dictionary(
        stride(from: 0, to: items.count - 1, by: 2).map {
          TorchEntry(key: items[$0], value: items[$0 + 1])
        })
    case .set, .call, .opaque, .persistent: return nil
    }
  }

  private static func plain(_ value: PickleValue) -> TorchValue? {
    switch value {
    case .string(let text) where text.utf8.count <= maximumTextLength: .string(text)
    case .integer(let number): .integer(Int64(number))
    case .float(let number): .number(number)
    case .bool(let flag): .bool(flag)
    default: nil
    }
  }
}
