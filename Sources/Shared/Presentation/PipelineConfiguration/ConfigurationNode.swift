/// A value of a configuration and where it was read from. The module's own tree, because values
/// come from files and from the command line, and each must remember which.
struct ConfigurationNode: Sendable, Equatable {
  struct Entry: Sendable, Equatable {
    var key: String
    var keyPlace: ConfigurationPlace
    var value: ConfigurationNode
  }

  enum Content: Sendable, Equatable {
    case scalar(String, isQuoted: Bool)
    case list([ConfigurationNode])
    case mapping([Entry])
  }

  var content: Content
  var place: ConfigurationPlace

  /// Whether nothing is written here, or YAML's word for nothing.
  var isNull: Bool {
    guard case .scalar(let text, isQuoted: false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The entries of a mapping. Nothing counts as a mapping without entries: that is what is left of
  /// a section whose lines are all commented out.
  var entries: [Entry]? {
    if case .mapping(let entries) = content { return entries }
    return isNull ? [] : nil
  }

  /// What an error message calls this value.
  var summary: String {
    switch content {
    case .scalar(let text, isQuoted: true): "the quoted string \(displayed(text))"
    case .scalar where isNull: "nothing"
    case .scalar(let text, _): displayed(text)
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }

  /// Puts `value` at `path` below this node, making the mappings on the way. A mapping is merged
  /// into a mapping; everything else is replaced.
  mutating func set(_ value: ConfigurationNode, at path: ArraySlice<String>) {
    guard let key = path.first else { return merge(value) }
    var entries = entries ?? []
    let index = entries.firstIndex { $0.key == key } ?? entries.endIndex
    if index == entries.endIndex {
      let empty = ConfigurationNode(content: .mapping([]), place: value.place)
      entries.append(Entry(key: key, keyPlace: value.place, value: empty))
    }
    entries[index].value.set(value, at: path.dropFirst())
    if self.entries == nil { place = value.place }
    content = .mapping(entries)
  }

  private mutating func merge(_ other: ConfigurationNode) {
    guard case .mapping(let added) = other.content, case .mapping(let own) = content, !own.isEmpty
    else {
      self = other
      return
    }
    for entry in added {
      set(entry.value, at: [entry.key])
    }
  }
}

/// Text of a file in single quotes for an error message: cut where long, control characters
/// escaped.
func displayed(_ text: String) -> String {
  "'\(tamed(text, limit: 60))'"
}

/// Text of a file for a message: cut after `limit` characters, control characters escaped, since a
/// terminal would obey them.
func tamed(_ text: String, limit: Int) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
      shown += scalar.escaped(asASCII: true)
    default:
      shown.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.dropFirst(limit).isEmpty ? shown : shown + "…"
}
