internal import Contract

/// Folds for cross-validation.
extension GroupAssignment {
  /// The properties of a video that folds should have equal numbers of.
  static func kinds(of video: SampleCatalog.Video) -> [String] {
    let label = video.label.rawValue
    let making = [video.method, video.compression].map { $0 ?? "" }.joined(separator: " ")
    return [label, "\(label) of \(video.dataset ?? "")", "\(label) by \(making)"]
  }

  /// Puts groups into folds, one of which is for validation unless `validating` is nil; the data
  /// set's test groups are in no fold.
  ///
  /// The largest groups come first, each into the fold that it makes most like the others. So the
  /// result is a function of the groups and the seed, and no fold has much more of a class, of a
  /// method or of the people than another.
  mutating func assignFolds(_ count: Int, validating: Int?) throws(TrainingDataError) {
    let free = groups.indices.filter { !groups[$0].datasetSides.contains(.test) }
    guard count >= 2, free.count >= count else {
      throw TrainingDataError(
        .invalidSetting, subject: "\(count) folds",
        count < 2
          ? "expected at least 2 folds"
          : "expected at least as many groups of people as folds, got \(free.count); take fewer folds, "
            + "or add videos of other people")
    }
    let folds = foldOfGroup(free, count)
    for index in groups.indices {
      groups[index].side =
        folds[index].map { $0 == validating ? .validation : .train } ?? .test
    }
  }

  private func foldOfGroup(_ free: [Int], _ count: Int) -> [Int: Int] {
    let names = Set(kindsOfVideo.joined()).sorted()
    let kindIndices = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    // Each group's share of the videos of every kind; the last value is its share of the groups.
    var loads = groups.map { _ in [Double](repeating: 0, count: names.count + 1) }
    var totals = [Double](repeating: 0, count: names.count)
    for (group, kinds) in zip(groupOfVideo, kindsOfVideo) {
      for kind in kinds.compactMap({ kindIndices[$0] }) {
        loads[group][kind] += 1
        totals[kind] += 1
      }
    }
    for group in groups.indices {
      for kind in totals.indices { loads[group][kind] /= totals[kind] }
      loads[group][names.count] = 1 / Double(free.count)
    }
    let weights = loads.map { $0.reduce(0, +) }
    let ordered = free.sorted {
      weights[$0] != weights[$1] ? weights[$0] > weights[$1] : precedes(groups[$0], groups[$1])
    }
    var folds = [[Double]](
      repeating: [Double](repeating: 0, count: names.count + 1), count: count)
    var foldOfGroup: [Int: Int] = [:]
    for group in ordered {
      let load = loads[group]
      // How much the sum of squares grows; the first of equal folds is taken.
      let growth = folds.map { fold in
        zip(fold, load).reduce(0) { $0 + (2 * $1.0 + $1.1) * $1.1 }
      }
      let fold = growth.indices.min { growth[$0] < growth[$1] } ?? 0
      for kind in load.indices { folds[fold][kind] += load[kind] }
      foldOfGroup[group] = fold
    }
    return foldOfGroup
  }
}

extension DataSplit.Settings {
  /// Name of the division among the settings in files of a run and model.
  package static let divisionKey = "crossValidation.fold"

  /// The division as files record it; nil for three sides, which older files don't record.
  package var divisionRecord: String? {
    switch division {
    case .sides: nil
    case .fold(let fold, of: let count): "\(fold + 1) of \(count)"
    case .allFolds(let count): "all of \(count)"
    }
  }

  /// The division that a file records; nil if the text isn't one.
  package static func division(ofRecord text: String?) -> DataSplit.Division? {
    guard let text else { return .sides }
    let words = text.split(separator: " ")
    guard words.count == 3, words[1] == "of", let count = Int(words[2]),
      (2...10_000).contains(count)
    else { return nil }
    if words[0] == "all" { return .allFolds(count) }
    guard let fold = Int(words[0]), (1...count).contains(fold) else { return nil }
    return .fold(fold - 1, of: count)
  }
}
