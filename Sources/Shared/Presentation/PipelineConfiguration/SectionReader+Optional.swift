internal import Settings

extension SectionReader {
  /// One of some words; `null` is nil.
  func optionalWord(_ key: String, default standard: String? = nil, of names: [String]) -> String? {
    guard let node = value(key) else { return standard }
    guard !node.isNull else { return nil }
    guard let word = nonEmptyText(node), names.contains(word) else {
      let near = nonEmptyText(node).flatMap { suggestion(for: $0, among: names) }
      mismatch(
        node, key, Expectation.choice(of: names) + ", or null",
        near.map { "; did you mean '\($0)'?" } ?? "")
      return standard
    }
    return word
  }

  /// A finite number in `range`, in decimal notation; `null` is nil.
  func optionalNumber(
    _ key: String, default standard: Double? = nil, in range: ClosedRange<Double>
  ) -> Double? {
    guard let node = value(key) else { return standard }
    guard !node.isNull else { return nil }
    guard case .scalar(let text, isQuoted: false) = node.content,
      let number = parsedNumber(text, in: range)
    else {
      mismatch(node, key, Expectation.number(in: range) + ", or null")
      return standard
    }
    return number
  }
}
