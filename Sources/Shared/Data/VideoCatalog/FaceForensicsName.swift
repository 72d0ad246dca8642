internal import Contract

/// A parsed file name of FaceForensics++.
struct FaceForensicsName: Equatable {
  /// The numbering that the identities belong to.
  enum Space: String {
    case youtube
    case actor
  }

  let space: Space
  /// Number of the video or actor that was manipulated, or that the real video shows.
  let target: String
  /// Number of the video or actor whose face or movements were inserted; nil for real videos.
  let source: String?

  /// Target and source, each with the numbering as a prefix.
  var identities: [String] { [target, source].compactMap { $0.map { "\(space.rawValue)/\($0)" } } }

  /// Parses a name without its extension; nil if it has no known form. `sequence` is the folder
  /// below `original_sequences` or `manipulated_sequences`.
  init?(stem: String, label: VideoLabel, sequence: String) {
    if label == .real && sequence != "actors" {
      // Additional YouTube originals may have any name: the whole name is the identity.
      space = .youtube
      target = stem
      source = nil
      return
    }
    let pieces = stem.split(separator: "_", omittingEmptySubsequences: false)
    // "01_11__walking__X" splits into 01, 11, an empty piece, ...; "000_003" has no empty piece.
    let head = pieces.prefix { !$0.isEmpty }
    guard let first = head.first, head.count <= (label == .fake ? 2 : 1),
      head.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    let isActor = head.count < pieces.count || Self.isOfActors(sequence)
    space = isActor ? .actor : .youtube
    target = String(first)
    source = head.count == 2 ? String(head[head.startIndex + 1]) : nil
  }

  /// The data set of a video: DeepFakeDetection was published in the same folders.
  static func dataset(_ name: FaceForensicsName?, sequence: String) -> String {
    let isActor = name.map { $0.space == .actor } ?? isOfActors(sequence)
    return isActor ? DatasetNames.deepFakeDetection : DatasetNames.faceForensics
  }

  private static func isOfActors(_ sequence: String) -> Bool {
    ["actors", "DeepFakeDetection"].contains(sequence)
  }

  /// The name's row in ``CatalogReading``.
  static func basis(_ name: FaceForensicsName?) -> ReadingTally.Basis {
    guard let name else { return .init(.group, "other names", "group: one each") }
    let form =
      switch (name.space, name.source) {
      case (.youtube, nil): "names NNN"
      case (.youtube, _): "names NNN_NNN"
      case (.actor, nil): "names NN__scene"
      case (.actor, _): "names NN_NN__scene__XXXXXXXX"
      }
    return .init(
      .group, form,
      name.space == .youtube
        ? "group: FaceForensics++ (target and source)" : "group: DeepFakeDetection (actors)")
  }
}
