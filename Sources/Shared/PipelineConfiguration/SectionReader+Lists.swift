extension SectionReader {
  /// A list of texts, `[a, b]` or one line each.
  public func strings(_ key: String, default standard: [String]) -> [String] {
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

  /// A list of as many numbers as the default has, each in `range`.
  public func numbers(
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

  /// A path, absolute. One that is relative starts at the folder of the file it stands in; given by
  /// an override, at the working directory. `null` and a missing key are nil.
  public func optionalPath(_ key: String) -> String? {
    guard let node = value(key), !node.isNull else { return nil }
    guard let text = nonEmptyText(node) else {
      mismatch(node, key, "a path or null")
      return nil
    }
    return absolutePath(text, below: node.place == .option ? "." : reading.folder)
  }

  /// A path like `optionalPath`; without the key it is `standard`, seen from the file's folder.
  public func path(_ key: String, default standard: String) -> String {
    guard let node = value(key) else { return absolutePath(standard, below: reading.folder) }
    guard let text = nonEmptyText(node) else {
      mismatch(node, key, "a path")
      return standard
    }
    return absolutePath(text, below: node.place == .option ? "." : reading.folder)
  }
}
