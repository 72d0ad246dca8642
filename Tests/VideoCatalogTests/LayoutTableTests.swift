import Contract
import Foundation
import TestSupport
import Testing
import VideoCatalog

/// The table of layouts in docs/extraction.md, line by line.
@Suite struct LayoutTableTests {
  /// The lines of the table: layout, kinds.
  private static func lines() throws -> [(id: String, kind: String)] {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/extraction.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let section = try #require(
      text.components(separatedBy: "\n## Layouts\n").dropFirst().first)
    return section.split(separator: "\n").drop { !$0.hasPrefix("|---") }.dropFirst()
      .prefix { $0.hasPrefix("|") }
      .map { line in
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        return (cells[0], cells[1])
      }
  }

  @Test func everyLineIsTested() throws {
    let lines = try Self.lines()
    #expect(lines.map(\.id).sorted() == KnownLayout.all.map(\.id).sorted())
    for (id, kind) in lines {
      let kinds = KnownLayout.layout(id)?.kinds.map { "`\($0.rawValue)`" }.joined(separator: " or ")
      #expect(kind == kinds, "\(id)")
    }
  }

  /// Labels, groups and splits are those of the layout; the rows of the reading say so.
  @Test(arguments: KnownLayout.all.map(\.id))
  func isRead(id: String) throws {
    let layout = try #require(KnownLayout.layout(id))
    try withTemporaryDirectory { folder in
      try folder.makeFiles(layout.files.flatMap(\.paths) + layout.others)
      for (path, text) in layout.documents { try folder.write(text, to: path) }
      for kind in layout.kinds {
        var csv = layout.csv
        if layout.startsAtRoot { csv.folder = folder.path }
        let catalog = try VideoCatalog.load(
          kind: kind, input: layout.input.map { folder.path(of: $0) } ?? folder.path,
          options: CatalogOptions(label: layout.labelOfAll, folderLabels: layout.folders, csv: csv))
        expect(catalog, layout)
      }
    }
  }

  private func expect(_ catalog: VideoCatalog, _ layout: KnownLayout) {
    #expect(Set(catalog.names) == Set(layout.files.map(\.name)), "\(layout.id)")
    for file in layout.files {
      #expect(catalog[file.name]?.label == file.label, "\(layout.id): \(file.path)")
      #expect(catalog[file.name]?.split == file.split, "\(layout.id): \(file.path)")
    }
    let groups = Set(
      Dictionary(grouping: layout.files, by: \.group).values.map { Set($0.map(\.name)) })
    #expect(catalog.partition == groups, "\(layout.id)")
    #expect(catalog.missing.isEmpty, "\(layout.id)")
    let labelled = catalog.reading.rows.filter {
      $0.takenAs.hasPrefix("label real") || $0.takenAs.hasPrefix("label fake")
    }
    // Several folders of a path may say it.
    #expect(labelled.reduce(0) { $0 + $1.videos } >= layout.files.count, "\(layout.id)")
    let grouped = catalog.reading.rows.filter { $0.takenAs.hasPrefix("group") }
    #expect(grouped.reduce(0) { $0 + $1.videos } == layout.files.count, "\(layout.id)")
    for row in catalog.reading.rows { #expect(!row.example.isEmpty && row.videos > 0) }
  }
}
