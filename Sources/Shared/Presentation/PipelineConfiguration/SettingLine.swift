/// A setting by its dotted key, its value as canonical YAML: equal values have equal texts.
struct SettingLine {
  let key: String
  let value: String

  /// Whether the setting determines what comes out: the bytes of the crops, or the weights.
  let isDecisive: Bool

  /// What it is where a file of older software, which doesn't know it, says nothing; nil for settings that
  /// have always been there.
  var absent: String?

  /// A setting that determines what comes out.
  static func decisive(
    _ key: String, _ value: some CustomStringConvertible, absent: String? = nil
  ) -> SettingLine {
    SettingLine(key: key, value: value.description, isDecisive: true, absent: absent)
  }

  /// A setting of which what comes out is independent.
  static func harmless(_ key: String, _ value: some CustomStringConvertible) -> SettingLine {
    SettingLine(key: key, value: value.description, isDecisive: false)
  }
}

extension [SettingLine] {
  /// The values of the decisive settings by key.
  var decisive: [String: String] {
    let settings = filter(\.isDecisive).map { ($0.key, $0.value) }
    return Dictionary(uniqueKeysWithValues: settings)
  }

  /// The lines as a section of a pipeline file. Those of one subsection must stand together.
  func yaml(section name: String) -> String {
    var text = "\(name):\n"
    var section = ""
    for line in self {
      let parts = line.key.split(separator: ".").map(String.init)
      guard parts.count == 2 else {
        text += "  \(line.key): \(line.value)\n"
        continue
      }
      if parts[0] != section { text += "  \(parts[0]):\n" }
      section = parts[0]
      text += "    \(parts[1]): \(line.value)\n"
    }
    return text
  }
}

/// A list in YAML's flow style.
func listYAML(_ values: [some CustomStringConvertible]) -> String {
  "[" + values.map(\.description).joined(separator: ", ") + "]"
}
