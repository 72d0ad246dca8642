internal import Contract

/// What a list in JSON says about one video.
struct VideoListEntry {
  /// Path of the file: below the list's folder while the list is read, below the root in the
  /// catalog.
  var path: String
  var label: VideoLabel
  var split: DatasetSplit?
  var method: String?
  /// Originals or people; empty if the list names none.
  var identities: [String] = []
  /// The list's name for the recording that the video shows, its own or its original's; nil if it
  /// has none.
  var original: String?
  /// The data set whose list it is.
  var dataset: String
  /// The file that lists it.
  var listName: String
  /// The reason for the label.
  var labelBasis: ReadingTally.Basis
  /// The reason for the group; nil if that is the video's own name.
  var groupBasis: ReadingTally.Basis?
  /// Whether only a part of its frames is manipulated.
  var isPartlyFake = false

  /// The same entry with its path below the root.
  func placed(at path: String) -> VideoListEntry {
    var entry = self
    entry.path = path
    return entry
  }

  /// The video's rows in ``CatalogReading``.
  func bases(split: DatasetSplit?) -> [ReadingTally.Basis] {
    var bases = [labelBasis]
    if let split {
      bases.append(.init(.split, "\(listName): split \(split.rawValue)", "split \(split.rawValue)"))
    } else if let said = self.split {
      bases.append(
        .init(.ignored, "\(listName): split \(said.rawValue) of every video", "ignored"))
    }
    bases.append(groupBasis ?? .init(.group, "file names", "group: one each"))
    return bases
  }
}
