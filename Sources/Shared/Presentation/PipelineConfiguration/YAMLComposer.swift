internal import Yams

/// Composes YAML text into nodes with positions.
///
/// Scalars stay text: types follow from the setting that reads them, not from YAML's guesses (`no`
/// is a country, not a truth value). Aliases and tags are refused.
struct YAMLComposer {
  /// Turns a position of the text into a place.
  let place: (_ line: Int, _ column: Int) -> ConfigurationPlace

  /// The document's root; nil where the text has no content.
  func compose(_ bytes: [UInt8]) throws(ConfigurationError) -> ConfigurationNode? {
    try checkCharacters(bytes)
    try refuseAliases(bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    let root: Node?
    do {
      // Without rules the resolver leaves every plain scalar a string.
      root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
    } catch let error as YamlError {
      throw translated(error, text: text)
    } catch {
      throw ConfigurationError(.syntax, at: place(1, 1), "\(error)")
    }
    guard let root else { return nil }
    return try converted(root)
  }

  // MARK: Checks before parsing

  /// Throws at the first byte that is not UTF-8, or the first character that YAML forbids.
  private func checkCharacters(_ bytes: [UInt8]) throws(ConfigurationError) {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var line = 1
    var column = 1
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .emptyInput:
        return
      case .error:
        throw ConfigurationError(
          .unreadableFile, at: place(line, column), "not UTF-8 text; expected YAML")
      case .valid(let encoded):
        let scalar = Unicode.UTF8.decode(encoded)
        guard scalar.isPrintableInYAML else {
          throw ConfigurationError(
            .unreadableFile, at: place(line, column),
            "control character \(scalar.escaped(asASCII: true)); expected YAML text")
        }
        (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
      }
    }
  }

  /// Throws at the first `*name` for which there is an `&name`. Aliases of aliases make a small file
  /// an exponentially large value, and the parser compares keys by their whole content; so the
  /// check comes before it. It looks at the bare text: a comment or string with both forms of one
  /// name is refused as well.
  private func refuseAliases(_ bytes: [UInt8]) throws(ConfigurationError) {
    var anchors = Set<ArraySlice<UInt8>>()
    var aliases: [(name: ArraySlice<UInt8>, start: Int)] = []
    for start in bytes.indices where bytes[start] == UInt8(ascii: "&") || isAsterisk(bytes[start]) {
      let name = bytes[(start + 1)...].prefix(while: isAnchorByte)
      if name.isEmpty { continue }
      if isAsterisk(bytes[start]) {
        aliases.append((name, start))
      } else {
        anchors.insert(name)
      }
    }
    guard let alias = aliases.first(where: { anchors.contains($0.name) }) else { return }
    let before = bytes[..<alias.start]
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let linePrefix = String(decoding: bytes[lineStart..<alias.start], as: UTF8.self)
    let name = displayed("*" + String(decoding: alias.name, as: UTF8.self))
    throw ConfigurationError(
      .syntax, at: place(line, linePrefix.unicodeScalars.count + 1),
      "aliases are not supported, got \(name); repeat the value")
  }

  private func isAsterisk(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "*") }

  private func isAnchorByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  // MARK: Conversion

  private func converted(_ node: Node) throws(ConfigurationError) -> ConfigurationNode {
    let here = place(of: node)
    switch node {
    case .scalar(let scalar):
      let isQuoted = scalar.style != .plain
      try refuseTag(scalar.tag, unless: .str, at: here)
      return ConfigurationNode(content: .scalar(scalar.string, isQuoted: isQuoted), place: here)
    case .sequence(let sequence):
      try refuseTag(sequence.tag, unless: .seq, at: here)
      var items: [ConfigurationNode] = []
      for item in sequence {
        items.append(try converted(item))
      }
      return ConfigurationNode(content: .list(items), place: here)
    case .mapping(let mapping):
      try refuseTag(mapping.tag, unless: .map, at: here)
      var entries: [ConfigurationNode.Entry] = []
      for (key, value) in mapping {
        guard case .scalar(let scalar) = key else {
          throw ConfigurationError(
            .syntax, at: place(of: key), "expected a word as key, got a list or mapping")
        }
        entries.append(
          .init(key: scalar.string, keyPlace: place(of: key), value: try converted(value)))
      }
      return ConfigurationNode(content: .mapping(entries), place: here)
    case .alias:
      throw ConfigurationError(.syntax, at: here, "aliases are not supported; repeat the value")
    }
  }

  private func place(of node: Node) -> ConfigurationPlace {
    place(node.mark?.line ?? 1, node.mark?.column ?? 1)
  }

  /// The parser gives quoted scalars the tag of a string, and resolves the tags of mappings while
  /// it looks for duplicate keys.
  private func refuseTag(_ tag: Tag, unless allowed: Tag.Name, at here: ConfigurationPlace)
    throws(ConfigurationError)
  {
    let implicit = Tag.Name.implicit.rawValue
    guard tag.rawValue == implicit || tag.rawValue == allowed.rawValue else {
      throw ConfigurationError(
        .syntax, at: here, "tags are not supported, got \(displayed(tag.rawValue)); remove it")
    }
  }

  // MARK: Errors of the parser

  private func translated(_ error: YamlError, text: String) -> ConfigurationError {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      // libYAML's text advises its C programmer here.
      guard !problem.hasPrefix("Maximum nesting level") else {
        return ConfigurationError(
          .syntax, at: place(mark.line, mark.column), "lists and mappings are nested too deeply")
      }
      var message = "not valid YAML: \(problem)"
      if let context { message += " (\(context.text))" }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let line = lines.dropFirst(max(0, mark.line - 1)).first ?? ""
      if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
        message += "; indent with spaces, not with tabs"
      }
      return ConfigurationError(.syntax, at: place(mark.line, mark.column), message)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let key = displayed(duplicates.first ?? "")
      return ConfigurationError(
        .duplicateKey, at: place(context.mark.line, context.mark.column),
        "duplicate key \(key): it stands here and again further down; keep one of them")
    default:
      return ConfigurationError(.syntax, at: place(1, 1), "not valid YAML: \(error)")
    }
  }
}
