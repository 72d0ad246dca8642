import Foundation

/// A pipeline file: YAML with one section per executable (`extract:`, `train:`).
///
/// ```swift
/// let document = try ConfigurationDocument(contentsOf: "pipelines/dfdc.yaml")
/// let workers = try document.read("extract", ignoring: ["train"], overrides: ["workers=2"]) {
///   $0.integer("workers", default: 0, in: 0...1024)
/// }
/// ```
package struct ConfigurationDocument: Sendable {
  /// The largest file that is read, in bytes. Pipeline files are a few kilobytes long.
  package static let maximumBytes = 1 << 20

  /// The file's name as error messages give it.
  package let name: String

  /// The folder where relative paths of this file start.
  let folder: String

  private let root: ConfigurationNode

  /// Reads and parses a file. Relative paths inside it start at the file's folder.
  package init(contentsOf path: String) throws(ConfigurationError) {
    let data = try Self.contents(of: path)
    try self.init(
      bytes: [UInt8](data), name: path, folder: PipelineConfiguration.folder(of: path))
  }

  /// Parses text that doesn't come from a file. Relative paths inside it start at `folder`.
  package init(yaml: String, name: String, folder: String) throws(ConfigurationError) {
    try self.init(bytes: Array(yaml.utf8), name: name, folder: folder)
  }

  private init(bytes: [UInt8], name: String, folder: String) throws(ConfigurationError) {
    guard bytes.count <= Self.maximumBytes else { throw Self.tooLarge(name) }
    self.name = name
    self.folder = folder
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
    let composer = YAMLComposer { .position(file: name, line: $0, column: $1) }
    guard let root = try composer.compose(text), !root.isNull else {
      throw ConfigurationError(
        .wrongValue, at: .file(name), "the file has no settings; expected a mapping of sections")
    }
    guard root.entries != nil else {
      throw ConfigurationError(
        .wrongValue, at: root.place, "expected a mapping of sections, got \(root.summary)")
    }
    self.root = root
  }

  /// Reads one section. An unknown key, a wrong type and a value out of range are collected while
  /// `body` asks for the settings, and thrown together when it returns.
  ///
  /// - Parameters:
  ///   - section: The top-level key. A section that is not there reads as one without entries.
  ///   - others: Top-level keys that belong to others; what they hold is not looked at.
  ///   - overrides: `key=value` with a dotted path inside the section, which may be named in front
  ///     (`sampling.framesPerVideo=16`, `extract.sampling.framesPerVideo=16`); the value is YAML.
  ///     The last one wins; a mapping is merged. Relative paths start at the working directory.
  ///   - arguments: What other options gave; they come after `overrides`.
  ///   - body: Asks the reader for every setting of the section, whatever values it finds.
  package func read<Value>(
    _ section: String, ignoring others: [String] = [], overrides: [String] = [],
    arguments: [SettingArgument] = [], _ body: (SectionReader) -> Value
  ) throws(ConfigurationError) -> Value {
    var root = root
    for override in overrides {
      let (path, value) = try ConfigurationOverride.parse(
        override, section: section, others: others)
      root.set(value, at: path[...])
    }
    for argument in arguments {
      let path = [section] + argument.key.split(separator: ".").map(String.init)
      root.set(argument.node, at: path[...])
    }
    let reading = Reading(folder: folder)
    let reader = SectionReader(path: "", node: root, place: .file(name), reading: reading)
    let sectionReader = reader.section(section)
    others.forEach(reader.ignore)
    let value = body(sectionReader)
    try reading.finish()
    return value
  }

  // MARK: Files

  /// The bytes of a file; nothing beyond the limit is read, whatever the file claims to be.
  private static func contents(of path: String) throws(ConfigurationError) -> Data {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ConfigurationError(.unreadableFile, at: .file(path), "no such file; check the path")
    }
    guard !isDirectory.boolValue else {
      throw ConfigurationError(
        .unreadableFile, at: .file(path), "expected a YAML file, got a folder")
    }
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      data = try handle.read(upToCount: maximumBytes + 1) ?? Data()
    } catch {
      throw ConfigurationError(
        .unreadableFile, at: .file(path), "can't read the file: \(error.localizedDescription)")
    }
    guard data.count <= maximumBytes else { throw tooLarge(path) }
    return data
  }

  private static func tooLarge(_ name: String) -> ConfigurationError {
    ConfigurationError(
      .unreadableFile, at: .file(name),
      "larger than \(maximumBytes / 1024) KiB; expected a pipeline file of a few kilobytes")
  }
}
