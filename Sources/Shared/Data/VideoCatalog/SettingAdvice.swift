/// Settings as they are typed in a shell: `--set csv.label=target`.
enum SettingAdvice {
  /// A setting with one value.
  static func option(_ key: String, _ value: String) -> String {
    isPlain(value) ? "--set \(key)=\(value)" : "--set " + quoted("\(key)=\(yaml(value))")
  }

  /// A setting with a list.
  static func option(_ key: String, list values: [String]) -> String {
    values.allSatisfy(isPlain)
      ? "--set \(key)=[\(values.joined(separator: ","))]"
      : "--set " + quoted("\(key)=[\(values.map(yaml).joined(separator: ", "))]")
  }

  /// Whether nothing in the value has a special meaning in YAML or a shell.
  private static func isPlain(_ value: String) -> Bool {
    !value.isEmpty
      && value.utf8.allSatisfy {
        KnownNames.isDigit($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
      }
  }

  private static func yaml(_ value: String) -> String { "'" + replaced(value, "'", by: "''") + "'" }

  private static func quoted(_ argument: String) -> String {
    argument.contains { "\"$`\\!".contains($0) }
      ? "'" + replaced(argument, "'", by: "'\\''") + "'" : "\"\(argument)\""
  }

  private static func replaced(
    _ text: String, _ character: Character, by replacement: String
  ) -> String {
    text.split(separator: character, omittingEmptySubsequences: false).joined(
      separator: replacement)
  }
}
