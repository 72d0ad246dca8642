internal import Contract
internal import Files

/// The columns of a table by their purpose: found by the user's settings, else by their names if
/// these are unambiguous.
struct CSVColumns {
  private(set) var path = 0
  /// The column that gives the label, then others that must agree with it.
  private(set) var labels: [CSVLabelColumn] = []
  private(set) var group: Int?
  private(set) var split: Int?
  private(set) var method: Int?
  private(set) var compression: Int?
  private(set) var original: Int?
  private(set) var dataset: Int?
  /// Columns that together are the folder of the file, as in FakeAVCeleb's list.
  private(set) var folders: [Int] = []
  /// Names of all columns.
  let names: [String]

  private let compact: [String]
  private let rows: ArraySlice<CSVTable.Row>
  private let place: String

  /// Finds the columns.
  ///
  /// - Parameters:
  ///   - header: the first row of the table.
  ///   - rows: the other rows; their values show whether a column holds labels.
  ///   - place: `file:line` of the header.
  init(
    header: [String], rows: ArraySlice<CSVTable.Row>, settings: CSVSettings, place: String
  ) throws(VideoCatalogError) {
    names = header.map(Self.trimmed)
    compact = names.map(CSVColumnNames.compact)
    self.rows = rows
    self.place = place
    for (index, name) in compact.enumerated() where CSVColumnNames.all.contains(name) {
      guard compact.firstIndex(of: name) == index else {
        throw VideoCatalogError(
          .malformedMetadata, place, "the column \(name) is there twice",
          suggestion: "Rename or remove one of them.")
      }
    }
    path = try findPath(settings)
    labels = try findLabels(settings)
    group = try named(settings.group, "group")
    if group == nil { group = try only("group", CSVColumnNames.group) }
    split = try named(settings.split, "split")
    if split == nil { split = findSplit() }
    method = first(CSVColumnNames.method)
    compression = first(["compression"])
    original = first(CSVColumnNames.original)
    dataset = first(CSVColumnNames.dataset)
    if ["source", "target1", "type", "race", "gender"].allSatisfy(compact.contains) {
      folders = ["type", "race", "gender", "source"].compactMap(compact.firstIndex(of:))
    }
  }

  /// Columns that are not used.
  var ignored: [Int] {
    let used = Set(
      [path] + labels.map(\.index) + folders
        + [group, split, method, compression, original, dataset].compactMap { $0 })
    return names.indices.filter { !used.contains($0) }
  }

  private func findPath(_ settings: CSVSettings) throws(VideoCatalogError) -> Int {
    if let chosen = try named(settings.path, "path") { return chosen }
    if let index = compact.firstIndex(of: "path") { return index }
    let candidates = names.indices.filter { CSVColumnNames.path.contains(compact[$0]) }
    if candidates.count == 1 { return candidates[0] }
    if candidates.count > 1 { throw ambiguous(candidates, "the files", setting: "path") }
    // What pandas writes for an index without a name.
    if names.first == "", !rows.isEmpty, rows.allSatisfy({ FileNames.isVideo(Self.field($0, 0)) }) {
      return 0
    }
    throw missing("path", likely: names.indices.first { holdsFiles($0) })
  }

  private func findLabels(_ settings: CSVSettings) throws(VideoCatalogError) -> [CSVLabelColumn] {
    if let chosen = try named(settings.label, "label") {
      return [CSVLabelColumn(index: chosen, name: names[chosen], fakeValue: settings.fake)]
    }
    let certain = names.indices.filter { CSVColumnNames.label.contains(compact[$0]) && $0 != path }
    let perhaps = names.indices.filter {
      CSVColumnNames.perhapsLabel.contains(compact[$0]) && $0 != path && holdsLabels($0)
    }
    let first =
      certain.first { compact[$0] == "label" } ?? certain.first(where: holdsLabels)
      ?? certain.first ?? perhaps.first
    guard let first else {
      throw missing(
        "label", likely: names.indices.first { $0 != path && holdsLabels($0, words: true) })
    }
    // A column is compared if at least half of its values are labels: one `unknown` doesn't exempt
    // it.
    let spoken = names.indices.filter {
      !certain.contains($0) && !perhaps.contains($0) && $0 != path && holdsBothWords($0)
    }
    let others =
      certain.filter { $0 != first && holdsMostlyLabels($0) } + perhaps.filter { $0 != first }
      + spoken.filter { $0 != first }
    return [CSVLabelColumn(index: first, name: names[first], fakeValue: settings.fake)]
      + others.map { CSVLabelColumn(index: $0, name: names[$0]) }
  }

  private func findSplit() -> Int? {
    if let index = compact.firstIndex(of: "split") { return index }
    let candidates = names.indices.filter { index in
      CSVColumnNames.split.contains(compact[index])
        && rows.allSatisfy {
          Self.field($0, index).isEmpty || DatasetSplit(spelling: Self.field($0, index)) != nil
        }
    }
    return candidates.count == 1 ? candidates[0] : nil
  }

  /// The column that a setting names.
  private func named(
    _ name: String?, _ setting: String
  ) throws(VideoCatalogError) -> Int? {
    guard let name else { return nil }
    if let index = names.firstIndex(of: name) { return index }
    let near = names.indices.filter { compact[$0] == CSVColumnNames.compact(name) }
    if near.count == 1 { return near[0] }
    throw VideoCatalogError(
      .invalidOption, place,
      "csv.\(setting): expected one of the columns \(columnList), got \(name)",
      suggestion: "Name one of these columns, or leave the setting out.")
  }

  private func only(_ exact: String, _ known: Set<String>) throws(VideoCatalogError) -> Int? {
    if let index = compact.firstIndex(of: exact) { return index }
    let candidates = names.indices.filter { known.contains(compact[$0]) }
    if candidates.count > 1 { throw ambiguous(candidates, "the \(exact)s", setting: exact) }
    return candidates.first
  }

  private func first(_ known: Set<String>) -> Int? { compact.firstIndex(where: known.contains) }

  private func holdsLabels(_ index: Int) -> Bool { holdsLabels(index, words: false) }

  private func holdsMostlyLabels(_ index: Int) -> Bool {
    let column = CSVLabelColumn(index: index, name: names[index])
    let values = rows.map { Self.field($0, index) }.filter { !$0.isEmpty }
    return !values.isEmpty && values.count { column.label($0) != nil } * 2 >= values.count
  }

  /// Whether nine of ten values are words for real and fake, and both occur.
  private func holdsBothWords(_ index: Int) -> Bool {
    let values = rows.map { Self.field($0, index) }.filter { !$0.isEmpty }
    let labels = values.compactMap { VideoLabel(word: $0) }
    return Set(labels).count == 2 && labels.count * 10 >= values.count * 9
  }

  private func holdsLabels(_ index: Int, words: Bool) -> Bool {
    let column = CSVLabelColumn(index: index, name: names[index])
    var isEmpty = true
    for row in rows {
      let text = Self.field(row, index)
      guard !text.isEmpty else { continue }
      isEmpty = false
      guard column.label(text) != nil, !words || Double(text) == nil else { return false }
    }
    return !isEmpty
  }

  private func holdsFiles(_ index: Int) -> Bool {
    !rows.isEmpty && rows.prefix(100).allSatisfy { FileNames.isVideo(Self.field($0, index)) }
  }

  private func ambiguous(
    _ candidates: [Int], _ what: String, setting: String
  ) -> VideoCatalogError {
    let likely = setting == "path" ? candidates.first(where: holdsFiles) : nil
    let best = names[likely ?? candidates[0]]
    return VideoCatalogError(
      .malformedMetadata, place,
      "\(candidates.count) columns that may hold \(what): "
        + FileNames.summary(candidates.map { names[$0] }),
      suggestion: "Say which one, likely: \(SettingAdvice.option("csv.\(setting)", best))")
  }

  private func missing(_ setting: String, likely: Int?) -> VideoCatalogError {
    let message =
      "no column \(setting): expected a header line with path and label, got \(columnList)"
    let suggestion =
      if names.contains(where: FileNames.isVideo) {
        "The first line looks like a row: put a line such as path,label before it."
      } else if let likely, !names[likely].isEmpty {
        "The column \(names[likely]) looks like it: "
          + SettingAdvice.option("csv.\(setting)", names[likely])
      } else {
        "Begin the file with a line such as: path,label,group"
      }
    return VideoCatalogError(.malformedMetadata, place, message, suggestion: suggestion)
  }

  private var columnList: String {
    "\"\(names.joined(separator: ",").prefix(200))\""
  }

  /// A field without spaces around it.
  static func field(_ row: CSVTable.Row, _ index: Int) -> String {
    index < row.fields.count ? trimmed(row.fields[index]) : ""
  }

  static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}
