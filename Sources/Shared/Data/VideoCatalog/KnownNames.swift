internal import Contract

/// File names that tell which data set they are from, in any folder. Their identities are those
/// that the data set's own reader gives them.
enum KnownNames {
  /// What a name says.
  struct Meaning: Equatable {
    var identities: [Identity]
    /// The form of the name, for ``CatalogReading``.
    var form: String
    /// The data set whose videos have such names.
    var dataset: String
    /// What the identities are, for ``CatalogReading``.
    var kind: String
    var recording: Recording?

    /// The group in ``CatalogReading``.
    var group: String { "group: \(dataset) (\(kind))" }
  }

  /// Reads a name without its extension that can be recognised by itself; nil for any other.
  static func meaning(_ stem: String, label: VideoLabel) -> Meaning? {
    deepFakeDetection(stem, label: label) ?? celebDF(stem) ?? deeperForensics(stem)
  }

  /// `01__exit_phone_room` and `01_02__exit_phone_room__YVGY8LOK`.
  private static func deepFakeDetection(_ stem: String, label: VideoLabel) -> Meaning? {
    let pieces = stem.split(separator: "_", omittingEmptySubsequences: false)
    let head = pieces.prefix { !$0.isEmpty }
    guard (1...2).contains(head.count), pieces.count > head.count + 1,
      head.allSatisfy({ isDigits($0, count: 2) }),
      pieces[head.count + 1].utf8.first.map({ !isDigit($0) }) == true
    else { return nil }
    return Meaning(
      identities: head.map { Identity("actor/\($0)", of: .faceforensics) },
      form: head.count == 1 ? "NN__scene" : "NN_NN__scene__XXXXXXXX",
      dataset: DatasetNames.deepFakeDetection,
      kind: "actors", recording: .actor(stem))
  }

  /// `id0_0000` and `id0_id1_0000`, also with the number of a frame after it.
  private static func celebDF(_ stem: String) -> Meaning? {
    let pieces = stem.split(separator: "_", omittingEmptySubsequences: false)
    let people = pieces.prefix { CelebDFReader.isPerson($0) }
    guard (1...2).contains(people.count), pieces.count > people.count,
      isDigits(pieces[people.count], count: 4)
    else { return nil }
    return Meaning(
      identities: people.map { Identity(String($0), of: .celebdf) },
      form: people.count == 1 ? "idN_NNNN" : "idN_idN_NNNN", dataset: DatasetNames.celebDF,
      kind: "people", recording: .celebDF(stem))
  }

  /// `000_M101`: a video of FaceForensics++ with the face of an actor.
  private static func deeperForensics(_ stem: String) -> Meaning? {
    let pieces = stem.split(separator: "_", omittingEmptySubsequences: false)
    guard pieces.count == 2, isDigits(pieces[0], count: 3), let sex = pieces[1].utf8.first,
      sex == UInt8(ascii: "M") || sex == UInt8(ascii: "W"),
      isDigits(pieces[1].dropFirst(), count: 3)
    else { return nil }
    return Meaning(
      identities: [
        Identity("youtube/\(pieces[0])", of: .faceforensics),
        // The actor's own videos lie in a folder of that name.
        Identity(String(pieces[1]), of: .folders),
      ], form: "NNN_MNNN", dataset: DatasetNames.deeperForensics, kind: "target and actor",
      recording: Recording("youtube/\(pieces[0])", of: .faceforensics))
  }

  /// A video of YouTube-real; only its folder distinguishes its name from other numbers.
  static func youTubeReal(_ stem: String) -> Meaning? {
    guard isDigits(stem.prefix(5), count: 5),
      stem.utf8.count == 5 || stem.utf8.dropFirst(5).first == UInt8(ascii: "_")
    else { return nil }
    return Meaning(
      identities: [Identity("youtube/\(stem.prefix(5))", of: .celebdf)], form: "NNNNN",
      dataset: DatasetNames.celebDF, kind: "YouTube videos")
  }

  /// FakeAVCeleb: the person's folder, and the other people in the name:
  /// `id00076/00109_10_id00476_x`.
  static func fakeAVCeleb(folders: [String], stem: String) -> Meaning? {
    var people: [String] = []
    for piece in folders + stem.split(separator: "_").map(String.init)
    where piece.utf8.count == 7 && CelebDFReader.isPerson(piece[...]) && !people.contains(piece) {
      people.append(piece)
    }
    guard !people.isEmpty else { return nil }
    return Meaning(
      identities: people.map { Identity("fakeavceleb/\($0)", of: .folders) }, form: "idNNNNN",
      dataset: DatasetNames.fakeAVCeleb, kind: "people")
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Whether a text is that many digits.
  static func isDigits(_ text: some StringProtocol, count: Int) -> Bool {
    text.utf8.count == count && text.utf8.allSatisfy(isDigit)
  }
}
