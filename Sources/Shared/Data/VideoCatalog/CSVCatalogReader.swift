internal import Contract
internal import Files

/// Reads a table of videos: a header line with `path` and `label`, in any order, and optionally
/// `group`, `split`, `method`, `compression`, `original`, `dataset`. Columns by other names are
/// recognised if they are unambiguous (``CSVColumns``), and by settings. Other columns are ignored,
/// with a note.
///
/// `path` starts at the CSV file's folder unless it is absolute or a folder is set. `label` is real
/// or fake, or 0 (real) or 1 (fake); two columns of labels must agree. A row without a group is a
/// group of its own, unless its file's name is one of a known data set. Every listed file counts as
/// a video, whatever its extension, and so does a folder of numbered pictures.
///
/// A video's name is its path below the folder. A video outside of it is named
/// `external/root/<absolute path>` or, if written relative, `external/parent-<levels up>/<path>`,
/// so that no name holds "..".
struct CSVCatalogReader {
  private let file: String
  private let folder: String
  private let base: LexicalPath
  private let options: CatalogOptions
  private let columns: CSVColumns
  private let records: ArraySlice<CSVTable.Row>
  private var builder: CatalogBuilder
  private var lines: [LexicalPath: Int] = [:]
  private var numbering = FaceForensicsNumbering()
  private var videos: [CSVVideo] = []
  private var missing: [CSVMissingFiles.Row] = []

  /// Reads the catalog that the CSV file describes.
  static func read(file: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let (records, separator) = try MetadataFile.table(file)
    guard let header = records.first else {
      throw VideoCatalogError(
        .empty, file,
        "no labelled video: expected \(CatalogKind.csv.expectedLayout); "
          + "found an empty file")
    }
    let rows = records.dropFirst()
    for record in rows where record.fields.count != header.fields.count {
      throw VideoCatalogError(
        .malformedMetadata, "\(file):\(record.line)",
        "expected \(header.fields.count) fields as in the header, got \(record.fields.count)",
        suggestion: "Put fields that hold a \(CSVSeparator.name(separator)) in quotes.")
    }
    var reader = CSVCatalogReader(
      file: file, options: options, records: rows,
      columns: try CSVColumns(
        header: header.fields, rows: rows, settings: options.csv, place: "\(file):\(header.line)"))
    try CSVLabelCheck.check(reader.columns, rows, file: file, settings: options.csv)
    for record in rows { try reader.addRow(record) }
    return try reader.finish()
  }

  private init(
    file: String, options: CatalogOptions, records: ArraySlice<CSVTable.Row>, columns: CSVColumns
  ) {
    self.file = file
    self.options = options
    self.records = records
    self.columns = columns
    let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) ?? file.startIndex
    folder = options.csv.folder ?? (slash == file.startIndex ? "/" : String(file[..<slash]))
    base = LexicalPath(folder)
    builder = CatalogBuilder(kind: .csv, root: folder, subject: file)
    let ignored = columns.ignored.map { columns.names[$0] }
    if !ignored.isEmpty {
      builder.addNote(
        "columns without a meaning here: "
          + FileNames.summary(ignored.map { $0.isEmpty ? "(without a name)" : $0 }))
    }
  }

  private mutating func addRow(_ record: CSVTable.Row) throws(VideoCatalogError) {
    let text = pathText(record)
    guard !text.isEmpty, !text.utf8.contains(0) else {
      throw failure(record.line, "the path is empty or holds a zero byte")
    }
    // The path as written, not as resolved: after a link, only the file system knows what ".."
    // means.
    let path = text.hasPrefix("/") ? text : FileNames.join(folder, text)
    let resolved = LexicalPath(path)
    if let earlier = lines.updateValue(record.line, forKey: resolved) {
      throw VideoCatalogError(
        .duplicate, "\(file):\(record.line)",
        "\(text) is the same path as in line \(earlier)", suggestion: "Remove one of the rows.")
    }
    let name = name(of: resolved, isAbsolute: text.hasPrefix("/"))
    let labelText = CSVColumns.field(record, columns.labels[0].index)
    let split = try split(record)
    guard !labelText.isEmpty else {
      builder.addUnlabelled(
        name, reason: "line \(record.line): the label is empty", found: "an empty label")
      return
    }
    guard let label = columns.labels[0].label(labelText) else {
      throw failure(
        record.line,
        "expected the label real, fake, 0 (real) or 1 (fake), got \"\(labelText.prefix(100))\"",
        suggestion: columns.labels[0].advice(
          on: String(labelText.prefix(100)),
          values: records.map { CSVColumns.field($0, columns.labels[0].index) }))
    }
    let form: VideoForm
    switch ListedPath(path) {
    case .video(let found): form = found
    case .unusable(let reason):
      builder.addMissing(name, reason: "line \(record.line): \(reason)")
      missing.append(.init(text: text, path: path))
      return
    }
    let video = CSVVideo(
      name: name, path: path, form: form, label: label, labelText: labelText, split: split,
      text: text,
      group: value(columns.group, record), original: value(columns.original, record),
      method: label == .fake ? value(columns.method, record) : nil,
      compression: value(columns.compression, record), dataset: value(columns.dataset, record))
    if video.group == nil, video.known == nil { numbering.count(video.names, label: label) }
    videos.append(video)
  }

  private consuming func finish() throws(VideoCatalogError) -> VideoCatalog {
    addVideos()
    if let doubt = numbering.doubt { builder.addNote(doubt) }
    if let first = missing.first {
      builder.addNote(
        "\(missing.count) of \(counted(records.count, "row")) without a file; the first path that was "
          + "tried: \(first.path)")
    }
    let rows = counted(records.count, "row")
    guard let first = missing.first, videos.isEmpty else {
      return try builder.finish(
        options: options,
        suggestion: options.unlabelled == .fail
          ? "Fill in the column label, check the paths, or skip videos without a label." : nil,
        found: "\(rows), and none with a label and a file that is there")
    }
    let advice =
      options.givesAdvice ? CSVMissingFiles.suggestion(for: first, tableFolder: folder) : nil
    return try builder.finish(
      options: options, suggestion: advice ?? "Check the paths.",
      found: "\(rows), and no file for any of them; the first path that was tried is \(first.path)")
  }

  private mutating func addVideos() {
    let read = numbering.reader()
    let columnBases = columnBases
    for video in videos {
      let (identities, recording, dataset, groupBasis) = video.group(
        numbering: read, hasOriginals: columns.original != nil,
        groupColumn: columns.group.map { columns.names[$0] } ?? "")
      builder.add(
        video.name, path: video.path, label: video.label, identities: identities,
        split: video.split, method: video.method, compression: video.compression,
        form: video.form, recording: recording, dataset: dataset,
        bases: columnBases + bases(of: video) + [groupBasis])
    }
  }

  /// The reasons that are in the row itself.
  private func bases(of video: CSVVideo) -> [ReadingTally.Basis] {
    let label = columns.labels[0]
    var bases = [
      ReadingTally.Basis(
        .label, "column \(label.name): \(video.labelText)", "label \(video.label.rawValue)")
    ]
    if let split = video.split, let column = columns.split {
      bases.append(.init(.split, "column \(columns.names[column])", "split \(split.rawValue)"))
    }
    if let method = video.method, let column = columns.method {
      bases.append(.init(.method, "column \(columns.names[column])", "method \(method)"))
    }
    if let dataset = video.dataset, let column = columns.dataset {
      bases.append(.init(.dataset, "column \(columns.names[column])", "data set \(dataset)"))
    }
    return bases
  }

  /// The reasons that are in the header, the same for all videos.
  private var columnBases: [ReadingTally.Basis] {
    let pathName = columns.names[columns.path]
    return [
      .init(.file, "column \(pathName.isEmpty ? "without a name" : pathName)", "path of the file")
    ]
      + columns.labels.dropFirst().map {
        .init(.label, "column \($0.name)", "label, agrees with \(columns.labels[0].name)")
      }
      + columns.ignored.map {
        .init(
          .ignored,
          "column \(columns.names[$0].isEmpty ? "without a name" : columns.names[$0])", "ignored")
      }
  }

  /// The path as written. Unlike other fields it isn't trimmed, as a path may begin or end with a
  /// space.
  private func pathText(_ record: CSVTable.Row) -> String {
    let own = record.fields[columns.path]
    guard !columns.folders.isEmpty else { return own }
    return (columns.folders.map { CSVColumns.field(record, $0) } + [own]).joined(separator: "/")
  }

  private func split(_ record: CSVTable.Row) throws(VideoCatalogError) -> DatasetSplit? {
    guard let text = value(columns.split, record) else { return nil }
    guard let split = DatasetSplit(spelling: text) else {
      throw failure(
        record.line, "expected the split train, validation or test, got \"\(text.prefix(100))\"")
    }
    return split
  }

  /// The field of a column; nil if there is no such column or it is empty.
  private func value(_ column: Int?, _ record: CSVTable.Row) -> String? {
    guard let column else { return nil }
    let text = CSVColumns.field(record, column)
    // What pandas writes for a missing value.
    return ["", "nan", "none", "null", "<na>"].contains(text.lowercased()) ? nil : text
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

  private func failure(
    _ line: Int, _ message: String, suggestion: String? = nil
  ) -> VideoCatalogError {
    VideoCatalogError(.malformedMetadata, "\(file):\(line)", message, suggestion: suggestion)
  }
}
