internal import Settings

extension Setting {
  /// Reads the value of `key` from a mapping of a file into a configuration, where it stays as it is if
  /// the file says nothing or something wrong, which the reader notes.
  func read(_ key: String, from section: SectionReader, into root: inout Root) {
    switch kind {
    case .integer(let access, let range, let step, let zero):
      access.set(
        &root,
        section.integer(
          key, default: access.get(root), in: range, multipleOf: step, zeroMeans: zero))
    case .replacedInteger(let access, let other, let range):
      access.set(&root, section.replacedInteger(key, by: other, in: range))
    case .number(let access, let range):
      access.set(&root, section.number(key, default: access.get(root), in: range))
    case .positiveNumber(let access, let limit):
      access.set(&root, section.positiveNumber(key, default: access.get(root), upTo: limit))
    case .optionalNumber(let access, let range):
      access.set(&root, section.optionalNumber(key, default: access.get(root), in: range))
    case .numbers(let access, _, let range):
      access.set(&root, section.numbers(key, default: access.get(root), in: range))
    case .range(let access, let range):
      access.set(&root, section.range(key, default: access.get(root), in: range))
    case .flag(let access):
      access.set(&root, section.flag(key, default: access.get(root)))
    case .optionalSeconds(let access):
      access.set(&root, section.optionalSeconds(key, default: access.get(root)))
    case .choice, .optionalChoice, .choices, .optionalText, .texts, .path, .optionalPath:
      readWords(key, from: section, into: &root)
    }
  }

  private func readWords(_ key: String, from section: SectionReader, into root: inout Root) {
    switch kind {
    case .choice(let access, let names, let isRequired):
      access.set(
        &root,
        section.word(key, default: access.get(root), of: names, isRequired: isRequired))
    case .optionalChoice(let access, let names):
      access.set(&root, section.optionalWord(key, default: access.get(root), of: names))
    case .choices(let access, let names):
      access.set(&root, section.words(key, default: access.get(root), of: names))
    case .optionalText(let access):
      access.set(&root, section.optionalString(key, default: access.get(root)))
    case .texts(let access):
      access.set(&root, section.strings(key, default: access.get(root)))
    case .path(let access):
      access.set(&root, section.path(key, default: access.get(root)))
    case .optionalPath(let access):
      access.set(&root, section.optionalPath(key, default: access.get(root)))
    default:
      break
    }
  }

  /// The value in a configuration as canonical YAML: equal values have equal texts.
  func yaml(of root: Root) -> String {
    switch kind {
    case .integer(let access, _, _, _): String(access.get(root))
    case .replacedInteger(let access, _, _): access.get(root).map(String.init) ?? "null"
    case .number(let access, _), .positiveNumber(let access, _): String(access.get(root))
    case .optionalNumber(let access, _): access.get(root).map(Expectation.short) ?? "null"
    case .numbers(let access, _, _): listYAML(access.get(root))
    case .range(let access, _):
      listYAML([access.get(root).lowerBound, access.get(root).upperBound])
    case .flag(let access): String(access.get(root))
    case .choice(let access, _, _): access.get(root)
    case .optionalChoice(let access, _): access.get(root) ?? "null"
    case .choices(let access, _): listYAML(access.get(root))
    case .optionalText(let access), .optionalPath(let access):
      access.get(root).map(quotedYAML) ?? "null"
    case .texts(let access): listYAML(access.get(root).map(quotedYAML))
    case .path(let access): quotedYAML(access.get(root))
    case .optionalSeconds(let access): access.get(root).map(timeText) ?? "null"
    }
  }
}

/// A list in YAML's flow style.
private func listYAML(_ values: [some CustomStringConvertible]) -> String {
  "[" + values.map(\.description).joined(separator: ", ") + "]"
}
