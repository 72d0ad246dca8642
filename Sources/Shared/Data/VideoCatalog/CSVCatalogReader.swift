internal import Files
internal import Contract

/// Reads a table of videos: a header line with `path` and `label`, in any order, and as wished
/// `group`, `split`, `method`, `compression`. Other columns are passed over with a note.
///
/// `path` starts at the CSV file's folder unless it is absolute. `label` is real or fake, or 0 (real)
/// or 1 (fake). A row without a group is a group of its own. Every file that is named counts as a
/// video, whatever its extension, and so does a folder of numbered pictures.
///
/// A video's name is its path below the CSV's folder. One outside of it is named
/// `external/root/<absolute path>` or, if written relative, `external/parent-<levels up>/<path>`,
/// so that no name holds "..".
struct CSVCatalogReader {
  private static let columns = ["path", "label", "group", "split", "method", "compression"]

  private let file: String
  private let folder: String
  private let base: LexicalPath
  private var positions: [String: Int] = [:]
  private var builder: CatalogBuilder
  private var lines: [LexicalPath: Int] = [:]

  /// Reads the catalog that the CSV file describes.
  static func read(file: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let records = try MetadataFile.table(file)
    var reader = CSVCatalogReader(file: file)
    guard let header = records.first else {
      throw VideoCatalogError(
        .empty, file,
        "no labelled video: expected \(CatalogKind.csv.expectedLayout); "
          + "found an empty file")
    }
    try reader.readHeader(header)
    for record in records.dropFirst() {
      guard record.fields.count == header.fields.count else {
        throw reader.failure(
          record.line,
          "expected \(header.fields.count) fields as in the header, got "
            + "\(record.fields.count)", suggestion: "Put fields that hold a comma in quotes.")
      }
      try reader.addRow(record)
    }
    return try reader.builder.finish(
      options: options,
      suggestion: options.unlabelled == .fail
        ? "Fill in the column label, check the paths, or skip videos without a label." : nil,
      found: "\(counted(records.count - 1, "row")), and none with a label and a file that is there")
  }

  private init(file: String) {
    self.file = file
    let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) ?? file.startIndex
    folder = slash == file.startIndex ? "/" : String(file[..<slash])
    base = LexicalPath(folder)
    builder = CatalogBuilder(kind: .csv, root: folder, subject: file)
  }

  private mutating func readHeader(_ header: CSVTable.Row) throws(VideoCatalogError) {
    var ignored: [String] = []
    for (index, field) in header.fields.enumerated() {
      let name = Self.trimmed(field).lowercased()
      guard Self.columns.contains(name) else {
        ignored.append(field)
        continue
      }
      guard positions.updateValue(index, forKey: name) == nil else {
        throw failure(header.line, "the column \(name) is there twice")
      }
    }
    for name in ["path", "label"] where positions[name] == nil {
      let semicolons = header.fields.count == 1 && header.fields[0].contains(";")
      throw failure(
        header.line,
        "no column \(name): expected a header line with path and label, got "
          + "\"\(header.fields.joined(separator: ",").prefix(200))\"",
        suggestion: semicolons
          ? "Separate columns by commas, not by semicolons."
          : "Begin the file with a line such as: path,label,group")
    }
    if !ignored.isEmpty {
      builder.addNote("columns without a meaning here: \(FileNames.summary(ignored))")
    }
  }

  private mutating func addRow(_ record: CSVTable.Row) throws(VideoCatalogError) {
    let text = value("path", record) ?? ""
    guard !text.isEmpty, !text.utf8.contains(0) else {
      throw failure(record.line, "the path is empty or holds a zero byte")
    }
    // As written, not as resolved: ".." behind a link is the file system's to interpret.
    let path = text.hasPrefix("/") ? text : FileNames.join(folder, text)
    let resolved = LexicalPath(path)
    if let earlier = lines.updateValue(record.line, forKey: resolved) {
      throw VideoCatalogError(
        .duplicate, "\(file):\(record.line)",
        "\(text) is the same path as in line \(earlier)", suggestion: "Remove one of the rows.")
    }
    let name = name(of: resolved, isAbsolute: text.hasPrefix("/"))
    let labelText = value("label", record) ?? ""
    let split = try split(record)
    guard let label = try label(labelText, line: record.line) else {
      builder.addUnlabelled(name, reason: "line \(record.line): the label is empty")
      return
    }
    let form: VideoForm
    switch ListedPath(path) {
    case .video(let found): form = found
    case .unusable(let reason):
      builder.addMissing(name, reason: "line \(record.line): \(reason)")
      return
    }
    builder.add(
      name, path: path, label: label, identities: [value("group", record) ?? name], split: split,
      method: value("method", record), compression: value("compression", record),
      form: form)
  }

  private func label(_ text: String, line: Int) throws(VideoCatalogError) -> VideoLabel? {
    switch text.lowercased() {
    case "": return nil
    case "real", "0": return .real
    case "fake", "1": return .fake
    default:
      throw failure(
        line, "expected the label real, fake, 0 (real) or 1 (fake), got \"\(text.prefix(100))\"")
    }
  }

  private func split(_ record: CSVTable.Row) throws(VideoCatalogError) -> DatasetSplit? {
    guard let text = value("split", record) else { return nil }
    guard let split = DatasetSplit(spelling: text) else {
      throw failure(
        record.line, "expected the split train, validation or test, got \"\(text.prefix(100))\"")
    }
    return split
  }

  /// The field of a column; nil if there is no such column or it is empty.
  private func value(_ column: String, _ record: CSVTable.Row) -> String? {
    guard let position = positions[column] else { return nil }
    // A path may begin or end with a space; nothing else may.
    let text =
      column == "path" ? record.fields[position] : Self.trimmed(record.fields[position])
    return text.isEmpty ? nil : text
  }

  private func name(of path: LexicalPath, isAbsolute: Bool) -> String {
    if let inside = path.path(below: base) { return inside }
    guard !isAbsolute else { return "external/root" + path.text }
    let own = base.components
    let components = path.components
    let shared = zip(components, own).prefix { $0 == $1 }.count
    let rest = components.dropFirst(shared).joined(separator: "/")
    return "external/parent-\(own.count - shared)/" + rest
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }

  private func failure(
    _ line: Int, _ message: String, suggestion: String? = nil
  ) -> VideoCatalogError {
    VideoCatalogError(.malformedMetadata, "\(file):\(line)", message, suggestion: suggestion)
  }
}
