/// The settings of a run as its files record them: in checkpoints, in `pipeline.yaml`.
package struct RecordedSettings: Sendable {
  /// All settings as a pipeline file.
  package let yaml: String
  /// The settings that determine the trained network, by dotted key.
  package let decisive: [String: String]
  /// Differences between the decisive settings of a checkpoint and these, one line each.
  package let differences: @Sendable (_ other: [String: String]) -> [String]

  package init(
    yaml: String, decisive: [String: String],
    differences: @escaping @Sendable ([String: String]) -> [String]
  ) {
    self.yaml = yaml
    self.decisive = decisive
    self.differences = differences
  }
}
