package import Contract
internal import TensorFiles

/// A file's statement about the order of its network's two outputs: `class_to_idx` of torchvision's
/// ImageFolder, `id2label` of Transformers, or a list of classes.
package struct StatedClassOrder: Sendable, Equatable {
  /// The keys that lead to the statement, joined by `/`.
  package let key: String
  /// The labels in the order of the outputs.
  package let labels: [VideoLabel]

  /// Whether it is not the order in which this product, and most backends, read the outputs.
  package var isSwapped: Bool { labels != VideoLabel.logitOrder }

  /// The statement in words: `class_to_idx: fake, real`.
  package var text: String { key + ": " + labels.map(\.rawValue).joined(separator: ", ") }

  /// Reads a statement.
  ///
  /// - Returns: nil if the value names anything but one class of each kind.
  init?(key: String, value: TorchValue) {
    let name = key.split(separator: "/").last.map(String.init) ?? key
    let isList = if case .dictionary = value { false } else { true }
    guard Self.isStatement(name, isList: isList), let pairs = Self.pairs(value), pairs.count == 2,
      Set(pairs.map(\.index)) == [0, 1]
    else { return nil }
    let labels = pairs.sorted { $0.index < $1.index }.compactMap { Self.label($0.word) }
    guard Set(labels) == Set(VideoLabel.allCases) else { return nil }
    self.key = key
    self.labels = labels
  }

  /// Names that programs give the order of the classes; `classToIdx` counts as `class_to_idx`.
  private static let names: Set<String> = Set(
    [
      "class_to_idx", "class_to_index", "class_to_id", "idx_to_class", "index_to_class",
      "id_to_class", "classes", "class_names", "class_name", "class_labels", "class_map",
      "class_mapping", "class_indices", "label_names", "label_map", "label_mapping", "label2id",
      "id2label", "label_to_idx", "label_to_id", "idx_to_label", "id_to_label", "label2idx",
      "idx2label", "idx2class", "class2idx", "categories",
    ].map(plain))

  /// A list of this name may as well hold the labels of two pictures; a dictionary can't.
  private static let ambiguousName = "labels"

  private static func isStatement(_ name: String, isList: Bool) -> Bool {
    let name = plain(name)
    return names.contains(name) || name == ambiguousName && !isList
  }

  private static func plain(_ name: String) -> String {
    name.lowercased().filter { $0 != "_" && $0 != "-" }
  }

  /// The label of a class, also of one with its number: `0_fake`, `1-real`.
  private static func label(_ word: String) -> VideoLabel? {
    VideoLabel(word: word)
      ?? VideoLabel(
        word: word.drop { $0.isNumber || "_-. ".contains($0) }.prefix { $0.isLetter })
  }

  private static func pairs(_ value: TorchValue) -> [(index: Int, word: String)]? {
    switch value {
    case .list(let items), .tuple(let items):
      let words = items.compactMap(word)
      return words.count == items.count ? Array(words.enumerated()).map { ($0, $1) } : nil
    case .dictionary(let entries):
      let pairs = entries.compactMap { entry -> (index: Int, word: String)? in
        if let word = word(entry.key), Int(word) == nil, let index = number(entry.value) {
          return (index, word)
        }
        if let word = word(entry.value), let index = number(entry.key) { return (index, word) }
        return nil
      }
      return pairs.count == entries.count ? pairs : nil
    default: return nil
    }
  }

  private static func word(_ value: TorchValue) -> String? {
    if case .string(let text) = value { text } else { nil }
  }

  /// Transformers writes the numbers of `id2label` as text.
  private static func number(_ value: TorchValue) -> Int? {
    switch value {
    case .integer(let number): Int(exactly: number)
    case .string(let text): Int(text)
    default: nil
    }
  }

  /// All statements of a file, sorted by key.
  static func all(in weights: ModelWeights) -> [StatedClassOrder] {
    weights.remarks.sorted { $0.key < $1.key }.compactMap {
      StatedClassOrder(key: $0.key, value: $0.value)
    }
  }
}

extension NetworkFile {
  /// The file's statements about the order of the outputs, sorted by key. Empty for files of this
  /// product, whose order is fixed, and for most others.
  package var statedClassOrders: [StatedClassOrder] {
    description == nil ? StatedClassOrder.all(in: weights) : []
  }
}
