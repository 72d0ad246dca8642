internal import Settings

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

  /// A list of some of some words, each at most once, in the order that was written.
  package func words(_ key: String, default standard: [String], of names: [String]) -> [String] {
    guard let node = value(key) else { return standard }
    let expected = Expectation.choices(of: names)
    guard case .list(let items) = node.content else {
      mismatch(node, key, expected + ", such as [\(names[0])]")
      return standard
    }
    var words: [String] = []
    for item in items {
      guard let word = nonEmptyText(item), names.contains(word) else {
        let near = nonEmptyText(item).flatMap { suggestion(for: $0, among: names) }
        mismatch(item, key, expected, near.map { "; did you mean '\($0)'?" } ?? "")
        continue
      }
      guard !words.contains(word) else {
        mismatch(item, key, expected + ", each once")
        continue
      }
      words.append(word)
    }
    return words
  }

  /// A list of as many numbers as the default has, each in `range`.
  package func numbers(
    _ key: String, default standard: [Double], in range: ClosedRange<Double>
  ) -> [Double] {
    guard let node = value(key) else { return standard }
    let expected = Expectation.numbers(standard.count, in: range)
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
  package func range(
    _ key: String, default standard: ClosedRange<Double>, in range: ClosedRange<Double>
  ) -> ClosedRange<Double> {
    let pair = numbers(key, default: [standard.lowerBound, standard.upperBound], in: range)
    guard pair[0] <= pair[1] else {
      let texts = pair.map(Expectation.short)
      reject(
        key, "expected the smaller number first, got [\(texts[0]), \(texts[1])]; swap them")
      return standard
    }
    return pair[0]...pair[1]
  }
}
