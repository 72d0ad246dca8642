/// The user's settings for the columns of a table, for ``CatalogKind/csv``. A column that is nil is
/// found by the header.
package struct CSVSettings: Sendable, Equatable {
  /// The column with the files.
  package var path: String?

  /// The column with the labels.
  package var label: String?

  /// The value of the label column that means fake, e.g. `0`; the other one is real.
  package var fake: String?

  /// The column with the groups.
  package var group: String?

  /// The column with the splits.
  package var split: String?

  /// The folder that relative paths start at; nil means the table's own.
  package var folder: String?

  /// Creates settings; the defaults leave everything to the header.
  package init(
    path: String? = nil, label: String? = nil, fake: String? = nil, group: String? = nil,
    split: String? = nil, folder: String? = nil
  ) {
    self.path = path
    self.label = label
    self.fake = fake
    self.group = group
    self.split = split
    self.folder = folder
  }
}
