internal import Contract

/// The user's selection of methods and compressions of FaceForensics++.
struct FaceForensicsFilter {
  private let methods: Set<String>
  private let originals: Set<String>
  private let compressions: Set<String>
  private let options: CatalogOptions

  /// Takes the filters of the options; empty ones let everything through.
  init(_ options: CatalogOptions) {
    self.options = options
    methods = Set(options.methods.map { $0.lowercased() })
    compressions = Set(options.compressions.map { $0.lowercased() })
    var originals = methods.intersection(["youtube", "actors"])
    let manipulations = methods.subtracting(originals)
    if manipulations.contains("deepfakedetection") { originals.insert("actors") }
    if manipulations.contains(where: { $0 != "deepfakedetection" }) { originals.insert("youtube") }
    self.originals = originals
  }

  /// Whether a folder, given by its components below the root, is skipped.
  func skips(_ components: [Substring]) -> Bool {
    guard components.count > 1,
      let label = FaceForensicsReader.sequenceFolders[String(components[0])]
    else { return false }
    switch components.count {
    case 2:
      let allowed = label == .fake ? methods : originals
      return !methods.isEmpty && !allowed.contains(components[1].lowercased())
    case 3:
      guard Self.isCompression(components[2]) else { return true }
      return !compressions.isEmpty && !compressions.contains(components[2].lowercased())
    default: return false
    }
  }

  /// Whether a folder's name is a compression level: `raw`, or `c` and the encoder's quality.
  static func isCompression(_ name: some StringProtocol) -> Bool {
    let text = name.lowercased()
    return text == "raw"
      || text.hasPrefix("c") && text.utf8.count > 1
        && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
  }

  /// Throws if a filter names something that is nowhere in the data set.
  func check(_ tree: DirectoryTree) throws(VideoCatalogError) {
    let folders = tree.folders.map { FileNames.components($0.path) }
    let paths = (folders + tree.skipped.map { FileNames.components($0) }).filter {
      $0.first.map { FaceForensicsReader.sequenceFolders[String($0)] != nil } ?? false
    }
    // Without such folders, the error about the layout is more helpful.
    guard !paths.isEmpty else { return }
    try check("methods", options.methods, against: paths.filter { $0.count == 2 }.map { $0[1] })
    // Folders of methods that are filtered out are not listed, so their compressions are missing
    // here.
    try check(
      "compressions", options.compressions,
      against: paths.filter { $0.count == 3 && Self.isCompression($0[2]) }.map { $0[2] })
  }

  /// The methods and compressions that were found, for the check of the filters.
  struct Seen {
    private(set) var methods: Set<String> = []
    private(set) var compressions: Set<String> = []

    mutating func add(method: String?, isActor: Bool, compression: String?) {
      methods.insert(method ?? (isActor ? "actors" : "youtube"))
      if let compression { compressions.insert(compression) }
    }
  }

  /// Whether a video passes the filters, given what its folders and its name say.
  func takes(label: VideoLabel, method: String?, isActor: Bool, compression: String?) -> Bool {
    let folder = method ?? (isActor ? "actors" : "youtube")
    let allowed = label == .fake ? methods : originals
    guard methods.isEmpty || allowed.contains(folder.lowercased()) else { return false }
    return compressions.isEmpty || compressions.contains(compression?.lowercased() ?? "")
  }

  /// Throws if a filter names something that is nowhere in the data set.
  func check(_ seen: Seen) throws(VideoCatalogError) {
    try check("methods", options.methods, against: Array(seen.methods))
    try check("compressions", options.compressions, against: Array(seen.compressions))
  }

  private func check(
    _ name: String, _ wanted: [String], against found: [some StringProtocol]
  ) throws(VideoCatalogError) {
    let found = Set(found.map { String($0) }).sorted { $0.bytewisePrecedes($1) }
    let known = Set(found.map { $0.lowercased() })
    for value in wanted where !known.contains(value.lowercased()) {
      throw VideoCatalogError(
        .invalidOption, name,
        "expected one of \(found.joined(separator: ", ")) (what the data set has), got \(value)",
        suggestion: "Correct the filter, or leave it out to take everything.")
    }
  }
}
