import Contract
import TestSupport
import Testing

@testable import VideoCatalog

extension TemporaryDirectory {
  /// Loads this folder.
  func load(
    _ kind: CatalogKind, _ options: CatalogOptions = CatalogOptions()
  ) throws -> VideoCatalog {
    try VideoCatalog.load(kind: kind, input: path, options: options)
  }
}

extension VideoCatalog {
  subscript(name: String) -> CatalogVideo? { videos.first { $0.name == name } }

  var names: [String] { videos.map(\.name) }

  var labels: [String: VideoLabel] {
    Dictionary(uniqueKeysWithValues: videos.map { ($0.name, $0.label) })
  }

  /// The names of each group's videos.
  var partition: Set<Set<String>> {
    Set(Dictionary(grouping: videos, by: \.group).values.map { Set($0.map(\.name)) })
  }
}

/// Expects an error of that code whose text holds all of `fragments`.
func expectError(
  _ code: VideoCatalogError.Code, _ fragments: String...,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: VideoCatalogError.self, sourceLocation: sourceLocation) {
    try body()
  }
  guard let error else { return }
  #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
  for fragment in fragments {
    #expect(
      error.description.contains(fragment), "no \"\(fragment)\" in: \(error)",
      sourceLocation: sourceLocation)
  }
}
