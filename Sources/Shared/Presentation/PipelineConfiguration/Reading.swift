/// What the readers of one reading share: the problems found so far, and the readers themselves,
/// which are asked for unknown keys at the end. Confined to the call that made it.
final class Reading {
  /// Where relative paths of the file start.
  let folder: String

  private var problems: [ConfigurationError.Problem] = []
  private var readers: [SectionReader] = []

  init(folder: String) {
    self.folder = folder
  }

  func register(_ reader: SectionReader) {
    readers.append(reader)
  }

  func report(
    _ code: ConfigurationError.Code, at place: ConfigurationPlace, _ message: String
  ) {
    problems.append(.init(code: code, place: place, message: message))
  }

  /// Throws the problems, if there are any.
  func finish() throws(ConfigurationError) {
    for reader in readers {
      for entry in reader.unknownEntries {
        report(.unknownKey, at: entry.keyPlace, explanation(of: entry.key, in: reader))
      }
    }
    if !problems.isEmpty { throw ConfigurationError(problems: problems) }
  }

  private func explanation(of key: String, in reader: SectionReader) -> String {
    let location = reader.path.isEmpty ? "at the top level" : "in '\(reader.path)'"
    let near = suggestion(for: key, among: reader.knownKeys) ?? homeOf(key)
    let hint = near.map { "; did you mean '\($0)'?" } ?? ";"
    let known = reader.knownKeys.joined(separator: ", ")
    return "unknown key \(displayed(key)) \(location)\(hint) known keys: \(known)"
  }

  /// The whole path of a setting that is spelt right and stands in a wrong section.
  private func homeOf(_ key: String) -> String? {
    readers.first { !$0.path.isEmpty && $0.knownKeys.contains(key) }?.fullPath(of: key)
  }
}
