/// The recording that a video shows: its own, or of a fake the one that it was made from.
struct Recording: Hashable {
  private let text: String

  /// - Parameters:
  ///   - name: what the data set calls it.
  ///   - kind: the data set; equal names of two data sets are strangers.
  init(_ name: some StringProtocol, of kind: CatalogKind) {
    text = "\(kind.rawValue):\(name)"
  }

  /// Of a video of FaceForensics++ or DeepFakeDetection: `000` of `000` and `000_003`, `01__scene` of
  /// `01__scene` and `01_02__scene__XXXXXXXX`.
  static func faceForensics(_ name: FaceForensicsName, stem: String) -> Recording? {
    switch name.space {
    case .youtube: Recording("youtube/" + name.target, of: .faceforensics)
    case .actor: actor(stem)
    }
  }

  /// Of a video of DeepFakeDetection; nil where its name lacks the scene.
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

  /// Of a video of Celeb-DF: `id0_0000` of `id0_0000` and `id0_id1_0000`; nil for other names.
  static func celebDF(_ stem: String) -> Recording? {
    let pieces = stem.split(separator: "_", omittingEmptySubsequences: false)
    let people = pieces.prefix { CelebDFReader.isPerson($0) }
    guard (1...2).contains(people.count), pieces.count > people.count,
      KnownNames.isDigits(pieces[people.count], count: 4)
    else { return nil }
    return Recording("\(people[0])_\(pieces[people.count])", of: .celebdf)
  }
}
