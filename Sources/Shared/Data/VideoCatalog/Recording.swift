/// The recording that a video shows: a real video's own, or the one that a fake was made from.
struct Recording: Hashable {
  private let text: String

  /// - Parameters:
  ///   - name: its name in the data set.
  ///   - kind: the data set; equal names in two data sets are different recordings.
  init(_ name: some StringProtocol, of kind: CatalogKind) {
    text = "\(kind.rawValue):\(name)"
  }

  /// The recording of a video of FaceForensics++ or DeepFakeDetection: `000` for `000` and
  /// `000_003`, `01__scene` for `01__scene` and `01_02__scene__XXXXXXXX`.
  static func faceForensics(_ name: FaceForensicsName, stem: String) -> Recording? {
    switch name.space {
    case .youtube: Recording("youtube/" + name.target, of: .faceforensics)
    case .actor: actor(stem)
    }
  }

  /// The recording of a video of DeepFakeDetection; nil if its name lacks the scene.
  static func actor(_ stem: String) -> Recording? {
    var rest = stem[...]
    var pieces: [Substring] = []
    while let gap = rest.firstRange(of: "__") {
      pieces.append(rest[..<gap.lowerBound])
      rest = rest[gap.upperBound...]
    }
    pieces.append(rest)
    guard pieces.count > 1, let actor = pieces[0].split(separator: "_").first else { return nil }
    return Recording("actor/\(actor)__\(pieces[1])", of: .faceforensics)
  }

  /// The recording of a video of Celeb-DF: `id0_0000` for `id0_0000` and `id0_id1_0000`; nil for
  /// other names.
  static func celebDF(_ stem: String) -> Recording? {
    let pieces = stem.split(separator: "_", omittingEmptySubsequences: false)
    let people = pieces.prefix { CelebDFReader.isPerson($0) }
    guard (1...2).contains(people.count), pieces.count > people.count,
      KnownNames.isDigits(pieces[people.count], count: 4)
    else { return nil }
    return Recording("\(people[0])_\(pieces[people.count])", of: .celebdf)
  }
}
