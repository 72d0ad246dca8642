internal import Contract

/// What a user should know about a catalog before training on it.
enum CatalogRemarks {
  /// One sentence per finding: groups over several splits, a missing class, one giant group, a form
  /// on disk that only one class has.
  static func remarks(on videos: [CatalogVideo]) -> [String] {
    [spanningGroups(videos), missingClass(videos), giantGroup(videos), tellingForm(videos)]
      .compactMap { $0 }
  }

  /// Groups that the data set's own split divides.
  private static func spanningGroups(_ videos: [CatalogVideo]) -> String? {
    var counts: [String: [DatasetSplit: Int]] = [:]
    for video in videos {
      guard let split = video.split else { continue }
      counts[video.group, default: [:]][split, default: 0] += 1
    }
    let spanning = counts.filter { $0.value.count > 1 }
    guard let example = spanning.keys.min(by: { $0.bytewisePrecedes($1) }) else { return nil }
    let parts = DatasetSplit.allCases.compactMap { split in
      spanning[example]?[split].map { "\($0) in \(split.rawValue)" }
    }
    return "\(counted(spanning.count, "group")) with videos in more than one part of the data "
      + "set's own split, e.g. \(example) (\(parts.joined(separator: ", "))): that split shares people "
      + "or originals between its parts, so scores on it are optimistic"
  }

  private static func missingClass(_ videos: [CatalogVideo]) -> String? {
    for label in VideoLabel.allCases where !videos.contains(where: { $0.label == label }) {
      return "no \(label.rawValue) videos: nothing can be trained or judged on these alone"
    }
    return nil
  }

  /// A form that only one class has reveals the class: pictures are coded unlike videos.
  private static func tellingForm(_ videos: [CatalogVideo]) -> String? {
    var counts: [VideoLabel: [VideoForm: Int]] = [:]
    for video in videos { counts[video.label, default: [:]][video.form, default: 0] += 1 }
    guard let real = counts[.real], let fake = counts[.fake],
      Set(real.keys) != Set(fake.keys)
    else { return nil }
    func text(_ forms: [VideoForm: Int]) -> String {
      VideoForm.allCases.compactMap { form in forms[form].map(form.counted) }
        .joined(separator: ", ")
    }
    return "real: \(text(real)); fake: \(text(fake)): a network may learn how the files were made "
      + "instead of what they show"
  }

  /// A group is never divided, so one that holds most videos leaves nothing for the other parts.
  private static func giantGroup(_ videos: [CatalogVideo]) -> String? {
    // If every video has an official split, none by groups is needed.
    guard videos.contains(where: { $0.split == nil }) else { return nil }
    var sizes: [String: Int] = [:]
    for video in videos { sizes[video.group, default: 0] += 1 }
    guard let largest = sizes.max(by: { $0.value < $1.value }),
      largest.value > 1, largest.value * 2 > videos.count
    else { return nil }
    return "the group \(largest.key) holds \(largest.value) of \(videos.count) videos, and a group "
      + "lies on one side of every split: the parts of a split by groups will be uneven"
  }
}
