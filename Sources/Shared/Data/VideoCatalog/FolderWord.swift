internal import Contract

/// What the name of a folder says about the videos in it, in upper or lower case: a label, a split,
/// a manipulation method, a compression, or nothing (`videos`, `frames`).
struct FolderWord: Equatable {
  var label: VideoLabel?
  var split: DatasetSplit?
  var method: String?
  var compression: String?
  /// Whether it is one of the folders of Celeb-DF.
  var isCelebDF = false
  /// Whether it is one of the four folders of FakeAVCeleb.
  var isFakeAVCeleb = false

  /// Whether it says nothing about the videos in it.
  var isSilent: Bool { label == nil && split == nil && method == nil && compression == nil }

  /// Whether it may be the name of a whole data set, with both labels in it, as in
  /// `deepfake_dataset/real`; plain `real` and `fake` may not.
  var mayHoldBothLabels = false

  /// Its meaning in words.
  var meaning: String {
    var parts: [String] = []
    if let label { parts.append("label \(label.rawValue)") }
    if let split { parts.append("split \(split.rawValue)") }
    if let method { parts.append("method \(method)") }
    if let compression { parts.append("compression \(compression)") }
    return parts.isEmpty ? "ignored" : parts.joined(separator: ", ")
  }

  /// The aspect by which ``CatalogReading`` sorts it.
  var aspect: ReadingTally.Aspect {
    if label != nil { return .label }
    if split != nil { return .split }
    if method != nil { return .method }
    return compression != nil ? .compression : .ignored
  }

  /// Folders that hold videos and say nothing about them.
  private static let silent: Set<String> = [
    "video", "videos", "frame", "frames", "image", "images", "imgs", "pictures", "face", "faces",
    "crops", "clips", "youtube", "actors",
  ]

  /// Words that may stand beside a label or a split in one name: `real_videos`, `DFD_original
  /// sequences`.
  private static let fillers: Set<String> = silent.union([
    "photo", "photos", "img", "picture", "cropped", "crop", "clip", "data", "dataset", "set",
    "sample", "samples", "sequence", "sequences", "class", "label", "labelled", "people", "person",
    "celeb", "dfd", "dfdc", "ai", "files", "split",
  ])

  /// Reads a folder's name; nil for a name without a meaning here.
  ///
  /// - Parameter labels: names that the user gave a meaning.
  init?(_ name: some StringProtocol, labels: FolderLabels = FolderLabels()) {
    if let label = labels.label(of: name) {
      self.label = label
      return
    }
    let words = Self.words(of: name)
    let compact = words.joined()
    guard !compact.isEmpty else { return nil }
    if let video = Self.fakeAVCeleb[compact] {
      label = video
      isFakeAVCeleb = true
    } else if let method = ManipulationMethods.name(compact) {
      self.method = method
      label = .fake
    } else if compact == "bonafide" {
      label = .real
    } else if words.count == 1, ["raw", "c0", "c23", "c40"].contains(compact) {
      compression = compact
    } else if words.count == 1, Self.silent.contains(compact) {
    } else if !readWords(words) {
      return nil
    }
    isCelebDF = CelebDFReader.folder(name) != nil
    mayHoldBothLabels = method != nil || words.count > 1 || compact.hasPrefix("deepfake")
  }

  /// Reads a name of several words; false if one of them is not understood.
  private mutating func readWords(_ words: [String]) -> Bool {
    for word in words {
      if let label = VideoLabel(word: Self.withoutNumber(word)) {
        guard self.label == nil || self.label == label else { return false }
        self.label = label
      } else if let split = DatasetSplit(spelling: word) {
        guard self.split == nil || self.split == split else { return false }
        self.split = split
      } else if ManipulationMethods.name(word) == "DeepFakeDetection" {
        // `DeepFakeDetection_original`: its originals, no manipulation.
      } else if !Self.fillers.contains(word), words.count == 1 || !Self.isNumber(word) {
        return false
      }
    }
    return label != nil || split != nil
  }

  /// The labels that a name's words mention, even if the name as a whole isn't understood: `real2`,
  /// `not_real`, `Fake-Faces-HQ`.
  static func hints(in name: some StringProtocol) -> Set<VideoLabel> {
    let words = words(of: name)
    let labels = Set(words.compactMap { VideoLabel(word: withoutNumber($0)) })
    let isNegated = !Set(words).isDisjoint(with: ["not", "non", "no", "un"])
    return isNegated && !labels.isEmpty ? Set(VideoLabel.allCases) : labels
  }

  private static func withoutNumber(_ word: String) -> String {
    var word = Substring(word)
    while let last = word.last, last.isNumber { word.removeLast() }
    return String(word)
  }

  /// Whether a word is a number or a version beside a label: `0_real`, `originals_v2`.
  private static func isNumber(_ word: String) -> Bool {
    let digits = word.hasPrefix("v") ? word.dropFirst() : word[...]
    return !digits.isEmpty && digits.allSatisfy(\.isNumber)
  }

  /// The folders of FakeAVCeleb. Only pictures are judged here, so a video that is fake in its
  /// voice alone is real.
  private static let fakeAVCeleb: [String: VideoLabel] = [
    "realvideorealaudio": .real, "realvideofakeaudio": .real,
    "fakevideorealaudio": .fake, "fakevideofakeaudio": .fake,
  ]

  /// The runs of letters and digits of a name, in lower case.
  static func words(of name: some StringProtocol) -> [String] {
    name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}
