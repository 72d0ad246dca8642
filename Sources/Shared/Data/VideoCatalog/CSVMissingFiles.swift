internal import Glibc

/// Advice for files that a table lists and that don't exist: what may be wrong, and where they may
/// be instead.
enum CSVMissingFiles {
  /// A row without a file.
  struct Row {
    /// The path as the table writes it.
    var text: String
    /// The path that was tried.
    var path: String
  }

  /// What to try if all files are missing; nil if nothing was found.
  ///
  /// - Parameter tableFolder: the folder that relative paths start at.
  static func suggestion(for row: Row, tableFolder: String) -> String? {
    let forward = row.text.split(separator: "\\", omittingEmptySubsequences: false).joined(
      separator: "/")
    if forward != row.text, isFile(FileNames.join(tableFolder, forward)) {
      return "Write / between folders, e.g. \(forward): that file is there."
    }
    if let file = withExtension(row.path) {
      return "Write the extension too, e.g. \(row.text).\(file): that file is there."
    }
    if let file = withoutBlanks(row.text, tableFolder) {
      return "Write paths without blanks around them, e.g. \(file): that file is there."
    }
    if let file = inOtherCase(row.path) {
      return "Write capital letters as in the file's name, \(file): that file is there."
    }
    let components = FileNames.components(row.text).map(String.init)
    for dropped in 1..<max(components.count, 1) {
      let rest = components.dropFirst(dropped).joined(separator: "/")
      if isFile(FileNames.join(tableFolder, rest)) {
        return "Write paths from the table's folder, e.g. \(rest): that file is there."
      }
    }
    guard !row.text.hasPrefix("/") else { return nil }
    return otherFolder(row.text, tableFolder).map {
      "The file is in another folder: " + SettingAdvice.option("csv.folder", $0)
    }
  }

  /// A nearby folder from which the path leads to a file: up to three levels above, or one below.
  private static func otherFolder(_ text: String, _ tableFolder: String) -> String? {
    var above = LexicalPath(tableFolder)
    for _ in 0..<3 where !above.text.isEmpty {
      above = LexicalPath(above.text + "/..")
      if isFile(FileNames.join(above.text.isEmpty ? "/" : above.text, text)) { return above.text }
    }
    return entries(of: tableFolder).sorted { $0.bytewisePrecedes($1) }.lazy
      .map { FileNames.join(tableFolder, $0) }
      .first { isFile(FileNames.join($0, text)) }
  }

  private static func withoutBlanks(_ text: String, _ tableFolder: String) -> String? {
    let path = CSVColumns.trimmed(text)
    guard path != text else { return nil }
    return isFile(path.hasPrefix("/") ? path : FileNames.join(tableFolder, path)) ? path : nil
  }

  /// The name in the same folder that differs in case only.
  private static func inOtherCase(_ path: String) -> String? {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    let folder = String(path[..<slash])
    let name = path[path.index(after: slash)...].lowercased()
    return entries(of: folder).sorted { $0.bytewisePrecedes($1) }
      .first { $0.lowercased() == name && isFile(FileNames.join(folder, $0)) }
  }

  /// The extension of the existing file whose name is listed without one.
  private static func withExtension(_ path: String) -> String? {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    let stem = String(path[path.index(after: slash)...])
    guard !stem.isEmpty else { return nil }
    return entries(of: String(path[..<slash])).sorted { $0.bytewisePrecedes($1) }
      .first { FileNames.stem($0) == stem && $0 != stem && FileNames.isVideo($0) }
      .map { String($0.dropFirst(stem.count + 1)) }
  }

  private static func isFile(_ path: String) -> Bool {
    if case .video = ListedPath(path) { true } else { false }
  }

  private static func entries(of folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
      let pointer = UnsafeRawPointer(entry).advanced(by: offset)
        .assumingMemoryBound(to: CChar.self)
      guard let name = String(validatingCString: pointer), !name.hasPrefix(".") else { continue }
      names.append(name)
    }
    return names
  }
}
