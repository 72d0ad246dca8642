internal import Contract
internal import Files

/// Checks that all sources of a label in a table agree: after a wrong choice between them the
/// network would learn the opposite.
enum CSVLabelCheck {
  /// Throws if two columns disagree, if a bare 0 or 1 disagrees with the folders in the path, or if
  /// the value that the user named doesn't fit the column.
  static func check(
    _ columns: CSVColumns, _ rows: ArraySlice<CSVTable.Row>, file: String, settings: CSVSettings
  ) throws(VideoCatalogError) {
    let main = columns.labels[0]
    if let fake = settings.fake { try check(fake, of: main, rows, file: file) }
    for other in columns.labels.dropFirst() {
      guard let row = rows.first(where: { disagrees(main, other, $0) }) else { continue }
      let flips = canFlip(main, rows) { row in
        other.label(CSVColumns.field(row, other.index))
      }
      throw VideoCatalogError(
        .contradiction, "\(file):\(row.line)",
        "\(shown(main, row)), but \(shown(other, row))",
        suggestion: (flips.map {
          "If \($0) means fake in \(main.name): "
            + "\(SettingAdvice.option("csv.fake", $0)). Otherwise choose"
        } ?? "Choose")
          + " the column that is right, e.g. \(SettingAdvice.option("csv.label", other.name))")
    }
    // Columns of bare numbers that agree don't show what the numbers mean.
    let isSure = columns.labels.contains { column in
      rows.contains { row in
        let text = CSVColumns.field(row, column.index)
        return column.label(text) != nil && !column.isBareNumber(text)
      }
    }
    if settings.fake == nil {
      try checkMethods(columns, rows, file: file)
      if !isSure { try checkFolders(columns, rows, file: file) }
    }
  }

  /// Checks that a row with a method is fake, and that one with the method `original` is real.
  private static func checkMethods(
    _ columns: CSVColumns, _ rows: ArraySlice<CSVTable.Row>, file: String
  ) throws(VideoCatalogError) {
    guard let method = columns.method else { return }
    let main = columns.labels[0]
    for row in rows {
      let text = CSVColumns.field(row, method)
      guard let said = VideoLabel(word: text) ?? FolderWord(text)?.label,
        let label = main.label(CSVColumns.field(row, main.index)), label != said
      else { continue }
      throw VideoCatalogError(
        .contradiction, "\(file):\(row.line)",
        "\(shown(main, row)), but the column \(columns.names[method]) says \(text)",
        suggestion: "Correct the one that is wrong"
          + (main.isBareNumber(CSVColumns.field(row, main.index))
            ? "; if 0 means fake in \(main.name): --set csv.fake=0." : "."))
    }
  }

  private static func disagrees(
    _ main: CSVLabelColumn, _ other: CSVLabelColumn, _ row: CSVTable.Row
  ) -> Bool {
    guard let first = main.label(CSVColumns.field(row, main.index)),
      let second = other.label(CSVColumns.field(row, other.index))
    else { return false }
    return first != second
  }

  /// The number that means fake if the meanings of 0 and 1 are exchanged; nil if the column then
  /// still disagrees with `truth`.
  private static func canFlip(
    _ main: CSVLabelColumn, _ rows: ArraySlice<CSVTable.Row>,
    truth: (CSVTable.Row) -> VideoLabel?
  ) -> String? {
    var fake: String?
    for row in rows {
      let text = CSVColumns.field(row, main.index)
      guard let label = main.label(text), let truth = truth(row) else { continue }
      guard main.isBareNumber(text), label != truth else { return nil }
      if label == .real { fake = text }
    }
    return fake ?? "0"
  }

  /// Compares folders in the path that say real or fake with a number whose meaning is a mere
  /// convention.
  private static func checkFolders(
    _ columns: CSVColumns, _ rows: ArraySlice<CSVTable.Row>, file: String
  ) throws(VideoCatalogError) {
    let main = columns.labels[0]
    func folders(_ row: CSVTable.Row) -> String {
      FileNames.components(row.fields[columns.path]).dropLast().joined(separator: "/")
    }
    let containers = FolderPath.containers(in: rows.map(folders)) { FolderWord($0) }
    func folder(_ row: CSVTable.Row) -> FolderPath.Statement<VideoLabel>? {
      let path = try? FolderPath(folders(row), root: "") { name, folderPath in
        guard var word = FolderWord(name) else { return nil }
        if containers.contains(folderPath) { word.label = nil }
        return word
      }
      return path?.label
    }
    // The name of a folder that holds both labels isn't about labels.
    var labels: [String: Set<VideoLabel>] = [:]
    for row in rows {
      guard let label = main.label(CSVColumns.field(row, main.index)) else { continue }
      labels[folders(row), default: []].insert(label)
    }
    for row in rows where labels[folders(row)]?.count == 1 {
      let text = CSVColumns.field(row, main.index)
      guard main.isBareNumber(text), let label = main.label(text), let said = folder(row),
        said.value != label
      else { continue }
      throw VideoCatalogError(
        .contradiction, "\(file):\(row.line)",
        "\(shown(main, row)), but the folder \(said.folder) of its path says \(said.value.rawValue)",
        suggestion:
          "Say which value means fake: --set csv.fake=0 if it is 0, or --set csv.fake=1 if "
          + "the folders are not about that.")
    }
  }

  /// Checks that the column has the value that the user named, besides one other value or words for
  /// real.
  private static func check(
    _ fake: String, of column: CSVLabelColumn, _ rows: ArraySlice<CSVTable.Row>, file: String
  ) throws(VideoCatalogError) {
    var others: [String] = []
    var isThere = false
    for row in rows {
      let text = CSVColumns.field(row, column.index)
      if text.isEmpty { continue }
      if CSVLabelColumn.areEqual(text, fake) {
        isThere = true
      } else if !others.contains(where: { CSVLabelColumn.areEqual($0, text) }) {
        others.append(text)
      }
      if others.count > 20 { break }
    }
    let areWords = others.allSatisfy {
      CSVLabelColumn(index: column.index, name: column.name).label($0) == .real
    }
    // 0 may mean fake in a table of real videos only.
    let areNumbers = ([fake] + others).allSatisfy { Double($0) == 0 || Double($0) == 1 }
    guard isThere ? others.count <= 1 || areWords : areNumbers else {
      throw VideoCatalogError(
        .invalidOption, file,
        "csv.fake: expected one of the two values of the column \(column.name), got \(fake); its "
          + "values are \(FileNames.summary((isThere ? [fake] : []) + others))",
        suggestion: "Name the value that means fake, or choose another column with csv.label.")
    }
  }

  private static func shown(_ column: CSVLabelColumn, _ row: CSVTable.Row) -> String {
    let text = CSVColumns.field(row, column.index)
    let label = column.label(text)?.rawValue ?? "nothing"
    return "the column \(column.name) says \(text)"
      + (text.lowercased() == label ? "" : " (\(label))")
  }
}
