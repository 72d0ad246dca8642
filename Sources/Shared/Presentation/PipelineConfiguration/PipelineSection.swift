package import Settings

/// A section of a pipeline file: a table of settings under a name.
package protocol PipelineSection: SettingTable {
  /// The top-level key, e.g. `train`.
  static var sectionName: String { get }

  /// Top-level keys that belong to others; what they hold is not looked at.
  static var otherSections: [String] { get }

  /// What an empty section means.
  static var standard: Self { get }
}

extension PipelineSection {
  /// Reads the section of a pipeline file.
  ///
  /// - Parameters:
  ///   - path: The pipeline file. Relative paths inside it start at its folder.
  ///   - overrides: What `--set` gave, see `ConfigurationDocument.read`.
  ///   - arguments: What options of the command line gave; they come last.
  package init(
    contentsOf path: String, overrides: [String] = [], arguments: [SettingArgument] = []
  ) throws(ConfigurationError) {
    try self.init(
      ConfigurationDocument(contentsOf: path), overrides: overrides, arguments: arguments)
  }

  /// Reads the section of a document.
  package init(
    _ document: ConfigurationDocument, overrides: [String] = [], arguments: [SettingArgument] = []
  ) throws(ConfigurationError) {
    self = try document.read(
      Self.sectionName, ignoring: Self.otherSections, overrides: overrides, arguments: arguments
    ) { reader in
      var value = Self.standard
      let sections = SectionReaders(reader)
      for setting in Self.groups.flatMap(\.settings) {
        let (section, key) = sections.place(of: setting.key)
        setting.read(key, from: section, into: &value)
      }
      for contradiction in value.contradictions {
        let (section, key) = sections.place(of: contradiction.key)
        section.reject(key, contradiction.message)
      }
      return value
    }
  }

  /// The whole configuration as a pipeline file with this section. Reading it gives this configuration
  /// again.
  package var yaml: String {
    var text = "\(Self.sectionName):\n"
    var section = ""
    for line in lines {
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

  /// The settings that determine what comes out (the crops in a store, the trained network), by dotted
  /// key with the value's canonical YAML. Equal for two runs that may be joined or resumed.
  package var resultSettings: [String: String] {
    Dictionary(
      uniqueKeysWithValues: lines.filter(\.isDecisive).map { ($0.key, $0.value) })
  }

  /// All settings that a written file has, in the order of the pipeline files.
  var lines: [SettingLine] {
    Self.groups.flatMap(\.settings).filter { $0.isWritten(self) }.map { setting in
      SettingLine(
        key: setting.key, value: setting.yaml(of: self), isDecisive: setting.isDecisive(self),
        absent: setting.absent)
    }
  }
}

/// A setting by its dotted key, its value as canonical YAML: equal values have equal texts.
struct SettingLine {
  let key: String
  let value: String

  /// Whether what comes out depends on it: the bytes of the crops, or the weights.
  let isDecisive: Bool

  /// What it is where a file of older software, which doesn't know it, says nothing; nil for settings
  /// that have always been there.
  let absent: String?
}

/// The readers of a section and of the mappings in it, each made once. Confined to one reading.
private final class SectionReaders {
  private let top: SectionReader
  private var below: [String: SectionReader] = [:]

  init(_ top: SectionReader) {
    self.top = top
  }

  /// The reader of the mapping that has the setting `key`, and its name in there.
  func place(of key: String) -> (section: SectionReader, key: String) {
    let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return (top, key) }
    let section = below[parts[0]] ?? top.section(parts[0])
    below[parts[0]] = section
    return (section, parts[1])
  }
}
