extension SectionReader {
  /// A list of texts, `[a, b]` or one line each.
  package func strings(_ key: String, default standard: [String]) -> [String] {
    guard let node = value(key) else { return standard }
    guard case .list(let items) = node.content else {
      mismatch(node, key, "a list such as [a, b]")
      return standard
    }
    return items.compactMap { item in
      let text = nonEmptyText(item)
      if text == nil { mismatch(item, key, "a list of texts") }
      return text
    }
  }

  /// A list of some of the choices, each at most once, in the order that was written.
  package func choices<Choice: RawRepresentable<String> & CaseIterable & Equatable>(
    _ key: String, default standard: [Choice]
  ) -> [Choice] {
    guard let node = value(key) else { return standard }
    let names = Choice.allCases.map(\.rawValue)
    let expected = "a list of some of " + names.joined(separator: ", ")
    guard case .list(let items) = node.content else {
      mismatch(node, key, expected + ", such as [\(names[0])]")
      return standard
    }
    var choices: [Choice] = []
    for item in items {
      guard let text = nonEmptyText(item), let choice = Choice(rawValue: text) else {
        let near = nonEmptyText(item).flatMap { suggestion(for: $0, among: names) }
        mismatch(item, key, expected, near.map { "; did you mean '\($0)'?" } ?? "")
        continue
      }
      guard !choices.contains(choice) else {
        mismatch(item, key, expected + ", each once")
        continue
      }
      choices.append(choice)
    }
    return choices
  }

  /// A list of as many numbers as the default has, each in `range`.
  package func numbers(
    _ key: String, default standard: [Double], in range: ClosedRange<Double>
  ) -> [Double] {
    guard let node = value(key) else { return standard }
    let expected = "a list of \(standard.count) numbers \(described(range))"
    guard case .list(let items) = node.content else {
      mismatch(node, key, expected)
      return standard
    }
    guard items.count == standard.count else {
      reject(key, "expected \(expected), got \(items.count)")
      return standard
    }
    let numbers = items.compactMap { item -> Double? in
      guard case .scalar(let text, isQuoted: false) = item.content,
        let number = parsedNumber(text, in: range)
      else {
        mismatch(item, key, expected)
        return nil
      }
      return number
    }
    return numbers.count == standard.count ? numbers : standard
  }

  /// A range of numbers, `[least, most]`, both in `range`. The same number twice is no range but
  /// one value.
  package func ascendingPair(
    _ key: String, default standard: [Double], in range: ClosedRange<Double>
  ) -> [Double] {
    precondition(standard.count == 2, "a range has two ends")
    let pair = numbers(key, default: standard, in: range)
    guard pair[0] <= pair[1] else {
      let texts = pair.map(shortText)
      reject(
        key, "expected the smaller number first, got [\(texts[0]), \(texts[1])]; swap them")
      return standard
    }
    return pair
  }
}
