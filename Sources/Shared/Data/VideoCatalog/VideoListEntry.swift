internal import Contract

/// What a list in JSON says of one video.
struct VideoListEntry {
  /// Path of the file: in the list from its folder, in the catalog from the root.
  var path: String
  var label: VideoLabel
  var split: DatasetSplit?
  var method: String?
  /// Originals or people; empty where the list names none.
  var identities: [String] = []
  /// What the list calls the recording that it shows, its own or its original's; nil where it doesn't say.
  var original: String?
  /// The data set whose list it is.
  var dataset: String
  /// The file that lists it.
  var listName: String
  /// What decided on the label, and how it was read.
  var labelBasis: ReadingTally.Basis
  /// What decided on the group; nil where it is the video's own name.
  var groupBasis: ReadingTally.Basis?
  /// Whether only a part of its frames is manipulated.
  var isPartlyFake = false

  /// The same with its path from the root.
  func placed(at path: String) -> VideoListEntry {
    var entry = self
    entry.path = path
    return entry
  }

  /// The rows of the table of what was taken for what.
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
