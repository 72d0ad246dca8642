extension SectionReader {
  /// One of the cases of `Choice`, by its raw value; `null` and a missing key are nil.
  func optionalChoice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String) -> Choice? {
    guard let node = value(key), !node.isNull else { return nil }
    guard let choice = nonEmptyText(node).flatMap(Choice.init) else {
      let names = Choice.allCases.map(\.rawValue)
      let near = nonEmptyText(node).flatMap { suggestion(for: $0, among: names) }
      mismatch(
        node, key, "one of \(names.joined(separator: ", ")), or null",
        near.map { "; did you mean '\($0)'?" } ?? "")
      return nil
    }
    return choice
  }

  /// A finite number in `range`, in decimal notation; `null` and a missing key are nil.
  func optionalNumber(_ key: String, in range: ClosedRange<Double>) -> Double? {
    guard let node = value(key), !node.isNull else { return nil }
    guard case .scalar(let text, isQuoted: false) = node.content,
      let number = parsedNumber(text, in: range)
    else {
      mismatch(node, key, "a number \(described(range)), or null")
      return nil
    }
    return number
  }
}
