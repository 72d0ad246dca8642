internal import Contract

/// Reads Celeb-DF (v1 and v2): the folder is the label, `List_of_testing_videos.txt` the test set.
///
/// Names are `idA_NNNN` in Celeb-real and `idA_idB_NNNN` in Celeb-synthesis (person A with the face of
/// person B); the persons are the identities. A video of YouTube-real is its own.
enum CelebDFReader {
  /// The official list of test videos. It has no header line.
  static let listName = "List_of_testing_videos.txt"

  /// The label that each folder stands for.
  static let labels: [String: VideoLabel] = [
    "Celeb-real": .real, "YouTube-real": .real, "Celeb-synthesis": .fake,
  ]

  /// Reads the catalog below `root`.
  static func read(root: String, options: CatalogOptions) throws(VideoCatalogError) -> VideoCatalog
  {
    let tree = try DirectoryTree(root: root, numberedPictures: options.numberedPictures)
    var builder = CatalogBuilder(kind: .celebdf, root: root)
    var testNames: Set<String>?
    if tree.folders.first?.documents.contains(listName) == true {
      testNames = try readList(FileNames.join(root, listName))
    } else {
      builder.addNote("no \(listName): the videos have no official split")
    }
    var unseen = testNames ?? []
    var strangeNames: [String] = []
    for folder in tree.folders {
      let top = FileNames.components(folder.path).first.map(String.init) ?? ""
      for file in folder.videos {
        let name = FileNames.join(folder.path, file)
        guard let label = labels[top] else {
          builder.addUnlabelled(
            name, reason: "in none of Celeb-real, YouTube-real, Celeb-synthesis")
          continue
        }
        let stem = FileNames.stem(file)
        let identities = identities(folder: top, stem: stem)
        if identities == nil { strangeNames.append(name) }
        // The list names videos: `Celeb-real/frames/id0_0000` holds the frames of one of them.
        let listed =
          tree.frameFolders.contains(name) ? FileNames.join(top, stem + ".mp4") : name
        let split = testNames.map { $0.contains(listed) ? DatasetSplit.test : .train }
        unseen.remove(listed)
        builder.add(
          name, label: label, identities: identities ?? ["\(top)/\(stem)"], split: split,
          method: label == .fake ? top : nil)
      }
    }
    for name in unseen {
      builder.addMissing(name, reason: "named in \(listName), but there is no such file")
    }
    if !strangeNames.isEmpty {
      builder.addNote(
        "\(counted(strangeNames.count, "name")) not of the form idA_NNNN or idA_idB_NNNN, each a "
          + "group of its own: \(FileNames.summary(strangeNames))")
    }
    builder.addRemarks(of: tree)
    return try builder.finish(
      options: options, suggestion: LayoutGuess.suggestion(insteadOf: .celebdf, for: tree),
      found: LayoutGuess.inventory(of: tree))
  }

  /// What a video shows, or nil where its name does not say.
  private static func identities(folder: String, stem: String) -> [String]? {
    if folder == "YouTube-real" { return ["youtube/\(stem)"] }
    let parts = stem.split(separator: "_", omittingEmptySubsequences: false)
    let persons = parts.dropLast()
    let expected = labels[folder] == .fake ? 2 : 1
    guard persons.count == expected, persons.allSatisfy(isPerson) else { return nil }
    return persons.map(String.init)
  }

  private static func isPerson(_ part: Substring) -> Bool {
    part.hasPrefix("id") && part.utf8.count > 2
      && part.utf8.dropFirst(2).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// The names in the list of test videos. Lines are `<1 = real, 0 = fake> <folder>/<file>`.
  private static func readList(_ path: String) throws(VideoCatalogError) -> Set<String> {
    let bytes = try MetadataFile.read(path)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw VideoCatalogError(.malformedMetadata, path, "expected UTF-8 text")
    }
    var names: Set<String> = []
    // "\r\n" is one Character, so split over scalars.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, scalars) in lines.enumerated() {
      let fields = Substring(scalars).split(maxSplits: 1) { $0.isWhitespace }
      guard !fields.isEmpty else { continue }
      let name = fields.count == 2 ? trimmed(fields[1]) : ""
      let parts = name.split(separator: "/", omittingEmptySubsequences: false)
      guard fields[0] == "0" || fields[0] == "1", parts.count == 2,
        let label = labels[String(parts[0])], FileNames.isSingleComponent(String(parts[1]))
      else {
        throw VideoCatalogError(
          .malformedMetadata, "\(path):\(index + 1)",
          "expected \"<0 or 1> <folder>/<file>\", got \"\(Substring(scalars).prefix(200))\"")
      }
      let listed: VideoLabel = fields[0] == "1" ? .real : .fake
      guard listed == label else {
        throw VideoCatalogError(
          .contradiction, "\(path):\(index + 1)",
          "\(name): the list says \(fields[0]) (\(listed.rawValue)), its folder says "
            + label.rawValue,
          suggestion: "In this list 1 is real and 0 is fake: correct the line or the folder.")
      }
      names.insert(name)
    }
    return names
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}
