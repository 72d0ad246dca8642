internal import Contract

/// Finds out whether videos are numbered as in FaceForensics++, `000` and `000_001`. Three digits
/// are a common name, so evidence is needed: the names of a whole folder, or a pair whose original
/// exists.
struct FaceForensicsNumbering {
  /// The parts of a name if it is one of FaceForensics++.
  struct Candidate: Equatable {
    var target: String
    var source: String?
  }

  private var pairs = 0
  private var otherFakes = 0
  private var numbers: Set<String> = []
  private var numbered = 0
  private var otherReals = 0
  private var sources: [String: Set<String>] = [:]

  init() {}

  /// Reads a name without its extension; words such as a method or `fake` at its ends are ignored,
  /// and so is the number of a frame.
  static func candidate(_ stem: String, label: VideoLabel) -> Candidate? {
    var pieces = stem.split(separator: "_", omittingEmptySubsequences: false)[...]
    while pieces.count > 1, let first = pieces.first, isWord(first) { pieces.removeFirst() }
    while pieces.count > 1, let last = pieces.last, isWord(last) { pieces.removeLast() }
    guard let target = pieces.popFirst(), KnownNames.isDigits(target, count: 3) else { return nil }
    guard label == .fake else {
      return pieces.allSatisfy(isFrameNumber) && pieces.count <= 1
        ? Candidate(target: String(target)) : nil
    }
    guard let source = pieces.popFirst(), KnownNames.isDigits(source, count: 3),
      pieces.count <= 1, pieces.allSatisfy(isFrameNumber)
    else { return nil }
    return Candidate(target: String(target), source: String(source))
  }

  /// The first of several names of a video (folders, file) that has the form.
  static func candidate(_ names: [String], label: VideoLabel) -> Candidate? {
    for name in names {
      if let candidate = candidate(name, label: label) { return candidate }
    }
    return nil
  }

  /// Counts a video.
  mutating func count(_ names: [String], label: VideoLabel) {
    let candidate = Self.candidate(names, label: label)
    switch (label, candidate) {
    case (.real, let candidate?):
      numbered += 1
      numbers.insert(candidate.target)
    case (.real, nil): otherReals += 1
    case (.fake, let candidate?):
      pairs += 1
      if let source = candidate.source { sources[candidate.target, default: []].insert(source) }
    case (.fake, nil): otherFakes += 1
    }
  }

  /// Whether the fakes have this numbering: at least nine of ten have such names, and at least nine
  /// of ten targets have one source. If targets have several, the second number is something else,
  /// e.g. a frame's.
  private var fakesAreEvident: Bool {
    pairs > 0 && pairs >= 9 * otherFakes
      && sources.count(where: { $0.value.count == 1 }) * 10 >= sources.count * 9
  }

  /// A sentence about pairs that are not taken for FaceForensics++; nil if there are none.
  var doubt: String? {
    guard !fakesAreEvident, pairs > 0, !Set(sources.keys).isSubset(of: numbers) else { return nil }
    return
      "\(counted(pairs, "fake")) of \(pairs + otherFakes) with names such as 000_001: too few, "
      + "or too many partners, to be pairs of FaceForensics++, so that each counts by itself unless "
      + "its original is there"
  }

  /// Returns a function that tells what a video shows, after all have been counted. It returns nil
  /// for a video that doesn't have this numbering.
  func reader() -> (_ names: [String], _ label: VideoLabel) -> KnownNames.Meaning? {
    let fakesAreEvident = fakesAreEvident
    let realsAreEvident = fakesAreEvident && numbered >= 9 * otherReals
    // Without evidence, only a pair whose original exists counts.
    let matched = numbers.intersection(sources.keys)
    let single = sources.filter { $0.value.count == 1 }
    let named = matched.union(matched.flatMap { single[$0] ?? [] }).union(
      fakesAreEvident ? Set(sources.keys).union(sources.values.joined()) : [])
    return { names, label in
      guard let candidate = Self.candidate(names, label: label) else { return nil }
      let isKnown =
        label == .fake
        ? fakesAreEvident || matched.contains(candidate.target)
        : realsAreEvident || named.contains(candidate.target)
      guard isKnown else { return nil }
      let source =
        fakesAreEvident || single[candidate.target] != nil ? candidate.source : nil
      return KnownNames.Meaning(
        identities: [candidate.target, source].compactMap { number in
          number.map { Identity("youtube/\($0)", of: .faceforensics) }
        }, form: label == .real ? "NNN" : "NNN_NNN", dataset: DatasetNames.faceForensics,
        kind: "target and source",
        recording: Recording("youtube/\(candidate.target)", of: .faceforensics))
    }
  }

  private static func isWord(_ piece: Substring) -> Bool {
    FolderWord(piece).map { !$0.isSilent } ?? false
  }

  private static func isFrameNumber(_ piece: Substring) -> Bool {
    let digits = piece.lowercased().hasPrefix("frame") ? piece.dropFirst(5) : piece
    return !digits.isEmpty && digits.utf8.count <= 6 && digits.utf8.allSatisfy(KnownNames.isDigit)
  }
}
