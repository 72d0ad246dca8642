internal import Contract

/// A column of labels, and what its values mean.
struct CSVLabelColumn {
  let index: Int
  let name: String
  private let compact: String
  /// The value that means fake, if the user named it.
  var fakeValue: String?

  init(index: Int, name: String, fakeValue: String? = nil) {
    self.index = index
    self.name = name
    self.fakeValue = fakeValue
    compact = CSVColumnNames.compact(name)
  }

  /// The label that a value stands for; nil for other values.
  func label(_ text: String) -> VideoLabel? {
    if let fakeValue {
      if Self.areEqual(text, fakeValue) { return .fake }
      return Self.word(text) ?? .real
    }
    if let label = Self.word(text) { return label }
    guard let isOne = isOne(text) else { return nil }
    let means: VideoLabel = CSVColumnNames.realFlags.contains(compact) ? .real : .fake
    return isOne ? means : means == .fake ? .real : .fake
  }

  /// Whether a value is 0 or 1 in a column whose name doesn't tell what they mean.
  func isBareNumber(_ text: String) -> Bool {
    fakeValue == nil && Self.number(text) != nil && !CSVColumnNames.realFlags.contains(compact)
      && !CSVColumnNames.fakeFlags.contains(compact)
  }

  private func isOne(_ text: String) -> Bool? {
    if let number = Self.number(text) { return number == 1 }
    // "True" in a column named label could mean anything.
    guard
      CSVColumnNames.realFlags.contains(compact) || CSVColumnNames.fakeFlags.contains(compact)
    else { return nil }
    switch text.lowercased() {
    case "true", "yes": return true
    case "false", "no": return false
    default: return nil
    }
  }

  /// 0 or 1, as whole or decimal number; tables with semicolons have a decimal comma.
  private static func number(_ text: String) -> Int? {
    switch text {
    case "0", "0.0", "0.00", "0,0": 0
    case "1", "1.0", "1.00", "1,0": 1
    default: nil
    }
  }

  private static func word(_ text: String) -> VideoLabel? {
    VideoLabel(word: text) ?? FolderWord(text).flatMap { $0.split == nil ? $0.label : nil }
  }

  /// Advice for a value that is no label, given all values of the column.
  func advice(on text: String, values: some Sequence<String>) -> String {
    var distinct: [String] = []
    for value in values
    where !value.isEmpty && !distinct.contains(where: { Self.areEqual($0, value) }) {
      distinct.append(value)
      if distinct.count > 2 { break }
    }
    let others = Set(distinct.compactMap(Self.word))
    guard distinct.count == 2 || others == [.real] else {
      return Double(text) != nil
        ? "A number such as a score is no label: choose another column with csv.label."
        : "Write real or fake into the column \(name), or choose another one with csv.label."
    }
    return "If that value of the column \(name) means fake: "
      + "\(SettingAdvice.option("csv.fake", text)); if the other one does, name that one."
  }

  /// Whether two values are equal, as numbers or as text in any case.
  static func areEqual(_ left: String, _ right: String) -> Bool {
    if left.lowercased() == right.lowercased() { return true }
    guard let left = Double(left), let right = Double(right) else { return false }
    return left == right
  }
}
