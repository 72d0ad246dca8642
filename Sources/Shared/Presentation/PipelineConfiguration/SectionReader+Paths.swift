extension SectionReader {
  /// A path, absolute. One that is relative starts at the folder of the file it stands in; given by
  /// an override, at the working directory. `null` and a missing key are nil.
  package func optionalPath(_ key: String, default standard: String? = nil) -> String? {
    guard let node = value(key) else { return standard }
    guard !node.isNull else { return nil }
    guard let text = nonEmptyText(node) else {
      mismatch(node, key, "a path or null")
      return standard
    }
    return absolutePath(text, below: node.place.isCommandLine ? "." : reading.folder)
  }

  /// A path like `optionalPath`; without the key it is `standard`, seen from the file's folder.
  package func path(_ key: String, default standard: String) -> String {
    guard let node = value(key) else { return absolutePath(standard, below: reading.folder) }
    guard let text = nonEmptyText(node) else {
      mismatch(node, key, "a path")
      return standard
    }
    return absolutePath(text, below: node.place.isCommandLine ? "." : reading.folder)
  }
}
