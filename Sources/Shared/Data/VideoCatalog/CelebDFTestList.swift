internal import Contract

/// `List_of_testing_videos.txt` of Celeb-DF, and which of its videos have been found.
///
/// A listed video at a path that the layout doesn't have is an error: it must not become a training
/// video.
struct CelebDFTestList {
  /// A video of the data set, to be compared with the list.
  struct Video {
    /// The data set's spelling of its top folder.
    var folder: String
    /// The file's name.
    var file: String
    /// The name without extension, or that of the folder of frames.
    var stem: String
    /// Path below the root.
    var name: String
    /// Whether the layout has such a path.
    var isExplained: Bool
  }

  private let path: String
  /// The listed names; `namesByLooseForm` has them by their form without case and extension.
  private let names: Set<String>
  private let namesByLooseForm: [String: String]
  /// The listed videos that have not been found.
  private(set) var unseen: Set<String>
  /// Videos that are listed under another path or in another case, with the listed name.
  private var strays: [(name: String, listed: String)] = []

  /// Number of listed videos.
  var count: Int { names.count }

  /// Reads the list. Lines are `<1 = real, 0 = fake> <folder>/<file>`.
  init(path: String) throws(VideoCatalogError) {
    var bytes = try MetadataFile.read(path)
    // A byte order mark.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw VideoCatalogError(.malformedMetadata, path, "expected UTF-8 text")
    }
    var names: Set<String> = []
    // "\r\n" is one Character, so split over scalars.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, scalars) in lines.enumerated() {
      let line = Substring(scalars)
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      names.insert(try Self.name(in: line, place: "\(path):\(index + 1)"))
    }
    self.path = path
    self.names = names
    unseen = names
    namesByLooseForm = Dictionary(
      names.map { (Self.looseForm($0), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether a video is listed. A video that is listed in another form is recorded.
  mutating func take(_ video: Video) -> Bool {
    let own = video.folder + "/" + video.file
    // For frames, the folder has the name that the list has with an extension.
    let isFrame =
      video.stem != FileNames.stem(video.file) || FileNames.isPicture(video.file)
      || !FileNames.isVideo(video.file)
    // A part of a listed video, such as `id0_0000_2.mp4`, shows the same people.
    let stems = [
      video.stem, CelebDFReader.videoName(video.stem.lowercased(), top: video.folder),
    ].compactMap { $0 }
    let loose = stems.compactMap { stem in
      namesByLooseForm[Self.looseForm("\(video.folder)/\(stem).x")]
    }.first
    let listed: String? =
      if names.contains(own) {
        own
      } else if isFrame, let loose,
        FileNames.stem(loose) == video.folder + "/" + video.stem
      { loose } else { nil }
    if video.isExplained, let listed {
      unseen.remove(listed)
      return true
    }
    if let near = listed ?? loose { strays.append((video.name, near)) }
    return false
  }

  /// Throws if the list and the folders contradict each other.
  func check(root: String, videos: Int) throws(VideoCatalogError) {
    if let stray = strays.first {
      let isThere = unseen.contains(stray.listed) ? "which is not there" : "which is there as well"
      throw VideoCatalogError(
        .contradiction, FileNames.join(root, stray.name),
        "\(path) names the test video \(stray.listed), \(isThere), and this one differs from it in "
          + "path, case, extension or the end of its name only",
        suggestion: unseen.contains(stray.listed)
          ? "If it is that video, move or rename it to \(stray.listed)."
          : "If it is a copy, move it out of the data set.")
    }
    if videos > 0, !names.isEmpty, unseen.count == names.count {
      throw VideoCatalogError(
        .contradiction, path,
        "none of its \(counted(names.count, "test video")) is among the "
          + "\(counted(videos, "video")) here, e.g. \(names.min { $0.bytewisePrecedes($1) } ?? "")",
        suggestion:
          "Take the list of the same version of the data set. If only training videos were "
          + "downloaded, move the list away: the videos then have no official split.")
    }
  }

  private static func looseForm(_ name: String) -> String { FileNames.stem(name).lowercased() }

  private static func name(
    in line: Substring, place: String
  ) throws(VideoCatalogError) -> String {
    let fields = line.split(maxSplits: 1) { $0.isWhitespace }
    let text = fields.count == 2 ? trimmed(fields[1]) : ""
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard fields[0] == "0" || fields[0] == "1", parts.count == 2,
      let folder = CelebDFReader.folder(parts[0]), let label = CelebDFReader.labels[folder],
      FileNames.isSingleComponent(String(parts[1]))
    else {
      throw VideoCatalogError(
        .malformedMetadata, place,
        "expected \"<0 or 1> <folder>/<file>\", got \"\(line.prefix(200))\"")
    }
    let listed: VideoLabel = fields[0] == "1" ? .real : .fake
    guard listed == label else {
      throw VideoCatalogError(
        .contradiction, place,
        "\(text): the list says \(fields[0]) (\(listed.rawValue)), its folder says "
          + label.rawValue,
        suggestion: "In this list 1 is real and 0 is fake: correct the line or the folder.")
    }
    return folder + "/" + parts[1]
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}
