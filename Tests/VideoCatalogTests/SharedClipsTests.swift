import Contract
import Foundation
import TestSupport
import Testing

@testable import VideoCatalog

/// Real clips in the layouts, against the table of what each of them shows.
@Suite(.enabled(if: SharedData.isPresent, "needs ../shared/data"))
struct SharedClipsTests {
  private struct Row {
    let file: String
    let label: VideoLabel
    let target: String
    let donor: String
    let method: String
  }

  private static func rows(in folder: String) throws -> [Row] {
    let url = try #require(SharedData.url).appendingPathComponent("clips.csv")
    let lines = try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
      .dropFirst()
    var rows: [Row] = []
    for line in lines {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard fields[0].hasPrefix(folder + "/") else { continue }
      rows.append(
        Row(
          file: String(fields[0].dropFirst(folder.count + 1)),
          label: fields[1] == "REAL" ? .real : .fake, target: fields[3], donor: fields[4],
          method: fields[5]))
    }
    return rows
  }

  private static func input(_ folder: String) throws -> String {
    try #require(SharedData.url).appendingPathComponent("clips/\(folder)").path
  }

  /// Groups by brute force: labels spread over shared people until nothing changes.
  private static func partition(_ rows: [Row]) -> Set<Set<String>> {
    let people = rows.map { Set([$0.target, $0.donor]).subtracting([""]) }
    var group = Array(rows.indices)
    var changed = true
    while changed {
      changed = false
      for i in rows.indices {
        for j in rows.indices where group[j] > group[i] && !people[i].isDisjoint(with: people[j]) {
          group[j] = group[i]
          changed = true
        }
      }
    }
    return Set(
      Dictionary(grouping: rows.indices, by: { group[$0] }).values.map {
        Set($0.map { rows[$0].file })
      })
  }

  @Test(arguments: [CatalogKind.dfdc, .faceforensics, .celebdf])
  func agreesWithTheTable(kind: CatalogKind) throws {
    let rows = try Self.rows(in: kind.rawValue)
    try #require(!rows.isEmpty)
    let catalog = try VideoCatalog.load(kind: kind, input: try Self.input(kind.rawValue))
    #expect(
      catalog.labels == Dictionary(uniqueKeysWithValues: rows.map { ($0.file, $0.label) }))
    #expect(catalog.partition == Self.partition(rows))
    #expect(catalog.missing.isEmpty && catalog.unlabelled.isEmpty)
    if kind == .faceforensics {
      for row in rows { #expect(catalog[row.file]?.method ?? "" == row.method) }
      #expect(Set(catalog.videos.compactMap(\.compression)) == ["c23", "c40"])
    }
    if kind == .celebdf {
      #expect(catalog.videos.filter { $0.split == .test }.count == 4)
      #expect(catalog["YouTube-real/00013.mp4"]?.split == .test)
    }
  }

  @Test func readsFolders() throws {
    let rows = try Self.rows(in: "folders")
    let catalog = try VideoCatalog.load(kind: .folders, input: try Self.input("folders"))
    #expect(
      catalog.labels == Dictionary(uniqueKeysWithValues: rows.map { ($0.file, $0.label) }))
    #expect(catalog["real/0001.mp4"]?.group == catalog["fake/0001_fake.mp4"]?.group)
  }

  @Test func readsATableOfAllClips() throws {
    let clips = try #require(SharedData.url).appendingPathComponent("clips").path
    try withTemporaryDirectory { folder in
      var text = "path,label,group\n"
      var expected: [String: VideoLabel] = [:]
      for set in ["dfdc", "faceforensics", "celebdf", "folders", "real_only"] {
        for row in try Self.rows(in: set) {
          text += "\"\(clips)/\(set)/\(row.file)\",\(row.label),\(row.target)\n"
          expected["external/root\(clips)/\(set)/\(row.file)"] = row.label
        }
      }
      try folder.write(text, to: "all.csv")
      let catalog = try VideoCatalog.load(kind: .csv, input: folder.path(of: "all.csv"))
      #expect(catalog.labels == expected)
      #expect(catalog.missing.isEmpty)
    }
  }

  @Test func refusesClipsThatNothingLabels() throws {
    let count = try Self.rows(in: "real_only").count
    let input = try Self.input("real_only")
    expectError(.unlabelled, "\(count) video files", "and \(count - 10) more") {
      _ = try VideoCatalog.load(kind: .folders, input: input)
    }
  }
}
