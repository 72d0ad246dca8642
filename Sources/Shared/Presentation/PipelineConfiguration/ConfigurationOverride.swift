/// An override of the command line, `--set key=value`.
enum ConfigurationOverride {
  /// Deeper than any setting; bounds the recursion over the path.
  private static let maximumDepth = 16

  /// The path from the top level, beginning with `section`, and the value.
  static func parse(
    _ override: String, section: String, others: [String]
  ) throws(ConfigurationError) -> (path: [String], value: ConfigurationNode) {
    let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let keys = parts[0].split(separator: ".", omittingEmptySubsequences: false)
      .map { $0.filter { !$0.isWhitespace } }
    guard parts.count == 2, keys.count <= maximumDepth, !keys.contains("") else {
      throw ConfigurationError(
        .malformedOverride, at: .option,
        "expected key=value with a dotted key such as a.b=16, got \(displayed(override))")
    }
    guard !others.contains(keys[0]) else {
      throw ConfigurationError(
        .unknownKey, at: .option,
        "\(displayed(String(parts[0]))) is not a setting of '\(section)', which is read here")
    }
    let path = keys.first == section ? keys : [section] + keys
    guard parts[1].utf8.count <= ConfigurationDocument.maximumBytes else {
      throw ConfigurationError(
        .malformedOverride, at: .option, "the value of \(displayed(String(parts[0]))) is too long")
    }
    let composer = YAMLComposer { _, _ in .option }
    let value: ConfigurationNode?
    do {
      value = try composer.compose(Array(parts[1].utf8))
    } catch {
      let key = displayed(path.joined(separator: "."))
      throw ConfigurationError(
        problems: error.problems.map {
          .init(code: $0.code, place: $0.place, message: "\(key): \($0.message)")
        })
    }
    let nothing = ConfigurationNode(content: .scalar("", isQuoted: false), place: .option)
    return (path, value ?? nothing)
  }
}
