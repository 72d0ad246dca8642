internal import Settings

/// Reads the settings of one mapping, strictly: a key that no accessor asked for is an error, as is
/// a value of another type or out of range.
///
/// No accessor throws. It notes the problem and returns the default; the reading throws all
/// problems at its end. So ask for every setting, unconditionally. A reader is used on one thread
/// and only inside the closure that received it.
package final class SectionReader {
  /// Dotted path of the mapping, e.g. `extract.sampling`; empty at the top level.
  package let path: String

  /// The keys asked for so far, in order.
  private(set) var knownKeys: [String] = []

  /// The entries that no accessor asked for.
  var unknownEntries: [ConfigurationNode.Entry] {
    entries.filter { !knownKeys.contains($0.key) }
  }

  let reading: Reading
  private let entries: [ConfigurationNode.Entry]

  /// Whether something else stands where a mapping belongs; then nothing more is said about it.
  private let isMalformed: Bool

  /// Where the mapping stands: its key, or the file where it is missing.
  private let place: ConfigurationPlace

  init(path: String, node: ConfigurationNode?, place: ConfigurationPlace, reading: Reading) {
    self.path = path
    self.place = place
    self.reading = reading
    entries = node?.entries ?? []
    isMalformed = node != nil && node?.entries == nil
    reading.register(self)
    if let node, isMalformed {
      report(.wrongValue, at: node.place, path, "expected a mapping, got \(node.summary)")
    }
  }

  // MARK: Sections

  /// The mapping below `key`; one that is missing or has nothing in it reads as all defaults.
  package func section(_ key: String) -> SectionReader {
    let entry = entry(key)
    return SectionReader(
      path: fullPath(of: key), node: entry?.value, place: entry?.keyPlace ?? place,
      reading: reading)
  }

  /// Allows `key` without looking at what it holds.
  package func ignore(_ key: String) {
    _ = entry(key)
  }

  /// Notes that the value of `key` contradicts another setting; `message` says what was expected.
  package func reject(_ key: String, _ message: String) {
    let entry = entry(key)
    report(.wrongValue, at: entry?.value.place ?? place, fullPath(of: key), message)
  }

  // MARK: Scalars

  /// A whole number in `range`, written in decimal digits, that `step` divides. With `zeroMeans`, 0
  /// is allowed besides and the message says what it stands for.
  package func integer(
    _ key: String, default standard: Int, in range: ClosedRange<Int>, multipleOf step: Int = 1,
    zeroMeans: String? = nil
  ) -> Int {
    precondition(step > 0, "a step of \(step) divides nothing")
    let expected = Expectation.integer(in: range, multipleOf: step, zeroMeans: zeroMeans)
    return plain(key, default: standard, expected) { text in
      guard let value = Int(text) else { return nil }
      let isAllowed = range.contains(value) && value.isMultiple(of: step)
      return isAllowed || (zeroMeans != nil && value == 0) ? value : nil
    }
  }

  /// A whole number that another setting replaced, for files of older versions: nil where it isn't
  /// there, and then no known key. Both together are an error.
  package func replacedInteger(
    _ key: String, by other: String, in range: ClosedRange<Int>
  ) -> Int? {
    guard entries.contains(where: { $0.key == key }) else { return nil }
    if entries.contains(where: { $0.key == other }) {
      reject(key, "was replaced by \(other), which is there too; remove it")
      return nil
    }
    return integer(key, default: range.lowerBound, in: range)
  }

  /// A finite number in `range`, in decimal notation with or without an exponent.
  package func number(
    _ key: String, default standard: Double, in range: ClosedRange<Double>
  ) -> Double {
    plain(key, default: standard, Expectation.number(in: range)) { parsedNumber($0, in: range) }
  }

  /// A number above 0, up to `limit`.
  package func positiveNumber(
    _ key: String, default standard: Double, upTo limit: Double
  ) -> Double {
    plain(key, default: standard, Expectation.positiveNumber(upTo: limit)) {
      parsedNumber($0, in: Double.leastNonzeroMagnitude...limit)
    }
  }

  /// A length of time as text such as `1h30m`, or plain seconds; `null` is nil.
  package func optionalSeconds(_ key: String, default standard: Double? = nil) -> Double? {
    guard let node = value(key) else { return standard }
    guard !node.isNull else { return nil }
    guard let text = nonEmptyText(node), let seconds = seconds(ofTimeText: text) else {
      mismatch(node, key, Expectation.seconds + ", or null")
      return standard
    }
    return seconds
  }

  /// `true` or `false`; YAML 1.1's other words for them are errors.
  package func flag(_ key: String, default standard: Bool) -> Bool {
    plain(key, default: standard, Expectation.flag, Bool.init)
  }

  /// Text. A number without quotes is text as well; nothing (`null`) isn't.
  package func string(_ key: String, default standard: String) -> String {
    guard let node = value(key) else { return standard }
    guard let text = nonEmptyText(node) else {
      mismatch(node, key, "text")
      return standard
    }
    return text
  }

  /// Text; `null` is nil. A number without quotes is text as well.
  package func optionalString(_ key: String, default standard: String? = nil) -> String? {
    guard let node = value(key) else { return standard }
    guard !node.isNull else { return nil }
    guard let text = nonEmptyText(node) else {
      mismatch(node, key, "text or null")
      return standard
    }
    return text
  }

  /// One of the cases of `Choice`, by its raw value.
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, default standard: Choice, isRequired: Bool = false
  ) -> Choice {
    let names = Choice.allCases.map(\.rawValue)
    let word = word(key, default: standard.rawValue, of: names, isRequired: isRequired)
    return Choice(rawValue: word) ?? standard
  }

  /// One of some words. With `isRequired`, a missing key is an error and `standard` only stands in for
  /// the value until the reading throws.
  package func word(
    _ key: String, default standard: String, of names: [String], isRequired: Bool = false
  ) -> String {
    let expected = Expectation.choice(of: names)
    guard let node = value(key), !(isRequired && node.isNull) else {
      if isRequired, !isMalformed {
        report(
          .missingValue, at: value(key)?.place ?? place, fullPath(of: key),
          "is required: expected \(expected); write it into the file or give --set \(key)=\(names[0])"
        )
      }
      return standard
    }
    guard let word = nonEmptyText(node), names.contains(word) else {
      let near = nonEmptyText(node).flatMap { suggestion(for: $0, among: names) }
      mismatch(node, key, expected, near.map { "; did you mean '\($0)'?" } ?? "")
      return standard
    }
    return word
  }

  // MARK: Shared steps

  /// `path.key`, or the key alone at the top level.
  func fullPath(of key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }

  /// The value of `key`, which counts as known from then on.
  func value(_ key: String) -> ConfigurationNode? {
    entry(key)?.value
  }

  /// Notes that the value of `key` is not what was expected.
  func mismatch(_ node: ConfigurationNode, _ key: String, _ expected: String, _ hint: String = "") {
    let message = "expected \(expected), got \(node.summary)\(hint)"
    report(.wrongValue, at: node.place, fullPath(of: key), message)
  }

  private func entry(_ key: String) -> ConfigurationNode.Entry? {
    if !knownKeys.contains(key) { knownKeys.append(key) }
    return entries.first { $0.key == key }
  }

  /// A value that must stand without quotes.
  private func plain<Value>(
    _ key: String, default standard: Value, _ expected: String, _ parse: (String) -> Value?
  ) -> Value {
    guard let node = value(key) else { return standard }
    guard case .scalar(let text, isQuoted: false) = node.content, let value = parse(text) else {
      mismatch(node, key, expected)
      return standard
    }
    return value
  }

  private func report(
    _ code: ConfigurationError.Code, at place: ConfigurationPlace, _ path: String, _ message: String
  ) {
    reading.report(code, at: place, "'\(path)': \(message)")
  }
}

/// The text of a scalar that holds some.
func nonEmptyText(_ node: ConfigurationNode) -> String? {
  guard case .scalar(let text, _) = node.content, !node.isNull, !text.isEmpty else { return nil }
  return text
}

/// A number in decimal notation; `Double.init` alone would take hexadecimal, infinity and NaN too.
func parsedNumber(_ text: String, in range: ClosedRange<Double>) -> Double? {
  guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
  // Adding zero turns -0 into 0: equal values are to have one text.
  return Double(text).flatMap { range.contains($0) ? $0 + 0 : nil }
}
