/// A setting that an option of the command line gives, such as `--workers 4`. It goes where a value of the
/// file goes, without YAML in between.
package struct SettingArgument: Sendable {
  let key: String
  let option: String
  let text: String
  let isText: Bool

  /// - Parameters:
  ///   - key: Dotted key of the setting within its section.
  ///   - path: The path; a relative one starts at the working directory.
  ///   - option: The option as messages name it, e.g. `--store`.
  package init(_ key: String, path: String, option: String) {
    self.init(key: key, option: option, text: path, isText: true)
  }

  /// A whole number; out of range it is an error that names the option.
  package init(_ key: String, integer: Int, option: String) {
    self.init(key: key, option: option, text: String(integer), isText: false)
  }

  private init(key: String, option: String, text: String, isText: Bool) {
    self.key = key
    self.option = option
    self.text = text
    self.isText = isText
  }

  /// The value as if it stood in a file.
  var node: ConfigurationNode {
    ConfigurationNode(content: .scalar(text, isQuoted: isText), place: .argument(option))
  }
}
