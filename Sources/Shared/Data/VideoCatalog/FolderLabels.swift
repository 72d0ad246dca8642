internal import Contract

/// Names of folders that a user gave a label, such as `0` and `1`, for ``CatalogKind/folders``.
package struct FolderLabels: Sendable, Equatable {
  /// Folders of genuine videos; case does not matter.
  package var real: [String]

  /// Folders of manipulated videos; case does not matter.
  package var fake: [String]

  /// Creates the names; the defaults are none.
  package init(real: [String] = [], fake: [String] = []) {
    self.real = real
    self.fake = fake
  }

  /// Whether the user gave no label.
  package var isEmpty: Bool { real.isEmpty && fake.isEmpty }

  /// The label that the user gave a folder.
  func label(of name: some StringProtocol) -> VideoLabel? {
    guard !isEmpty else { return nil }
    let name = name.lowercased()
    if real.contains(where: { $0.lowercased() == name }) { return .real }
    return fake.contains(where: { $0.lowercased() == name }) ? .fake : nil
  }
}
