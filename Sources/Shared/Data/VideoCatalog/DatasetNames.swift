/// Names of data sets, as their authors write them.
enum DatasetNames {
  static let faceForensics = "FaceForensics++"
  static let deepFakeDetection = "DeepFakeDetection"
  static let deeperForensics = "DeeperForensics"
  static let celebDF = "Celeb-DF"
  static let dfdc = "DFDC"
  static let dfdcPreview = "DFDC preview"
  static let lavDF = "LAV-DF"
  static let fakeAVCeleb = "FakeAVCeleb"

  /// Names of folders, in lower case without separators and versions.
  private static let byCompactName = [
    "faceforensics": faceForensics, "ffpp": faceForensics, "ff": faceForensics,
    "deepfakedetection": deepFakeDetection, "dfd": deepFakeDetection,
    "deeperforensics": deeperForensics, "celebdf": celebDF, "celebdfv1": celebDF,
    "celebdfv2": celebDF, "cdf": celebDF, "celebreal": celebDF, "celebsynthesis": celebDF,
    "youtubereal": celebDF, "dfdc": dfdc,
    "dfdcpreview": dfdcPreview, "dfdcp": dfdcPreview, "lavdf": lavDF, "fakeavceleb": fakeAVCeleb,
    "uadfv": "UADFV", "wilddeepfake": "WildDeepfake", "forgerynet": "ForgeryNet",
    "deepfaketimit": "DeepfakeTIMIT", "dftimit": "DeepfakeTIMIT", "df40": "DF40",
  ]

  /// The data set named by the innermost folder of a path that names one, with or without a version
  /// or compression: `Celeb-DF-v2`, `FaceForensics++_C23`. Nil if there is none.
  static func name(
    ofFolders folders: some BidirectionalCollection<some StringProtocol>
  ) -> String? {
    for folder in folders.reversed() {
      let words = FolderWord.words(of: folder)
      if let name = byCompactName[words.joined()] { return name }
      guard let last = words.last, isVersion(last) else { continue }
      if let name = byCompactName[words.dropLast().joined()] { return name }
    }
    return nil
  }

  private static func isVersion(_ word: String) -> Bool {
    guard let first = word.first, first == "v" || first == "c" else { return word == "raw" }
    return word.utf8.count > 1 && word.utf8.dropFirst().allSatisfy(KnownNames.isDigit)
  }
}
