package import TrainingRun

extension TrainingSettings: PipelineSection {
  package static let sectionName = "train"
  package static let otherSections = ["extract"]
  package static let standard = TrainingSettings()

  /// The settings as a run's files record them.
  package var recorded: RecordedSettings {
    RecordedSettings(yaml: yaml, decisive: resultSettings) { differences(from: $0) }
  }

  /// What keeps a run with this configuration from going on with the checkpoint of another one: a
  /// line for each setting that differs, in the order of the pipeline files.
  ///
  /// ```
  /// optimizer.learningRate: the checkpoint has 0.01, this run has 0.1
  /// ```
  ///
  /// - Parameter other: The checkpoint's `resultSettings`. May come from a damaged or foreign file.
  /// - Returns: The lines; none where the two agree.
  package func differences(from other: [String: String]) -> [String] {
    func shown(_ text: String) -> String { tamed(text, limit: 200) }
    let own = lines.filter(\.isDecisive)
    let differing = own.compactMap { line -> String? in
      guard (other[line.key] ?? line.absent) != line.value else { return nil }
      let theirs = other[line.key].map(shown) ?? "no such setting"
      return "\(line.key): the checkpoint has \(theirs), this run has \(shown(line.value))"
    }
    let unknown = Set(other.keys).subtracting(own.map(\.key)).sorted().map { key in
      "\(shown(key)): the checkpoint has \(shown(other[key] ?? "")), this run has no such setting"
    }
    return differing + unknown
  }
}
