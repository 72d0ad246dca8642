internal import Contract
internal import Files

/// Lists of videos in JSON: `metadata.json` of DFDC, `dataset.json` of its preview, and the list of
/// LAV-DF, which is called `metadata.json` as well.
enum VideoList {
  /// Names of such files.
  static let fileNames = [DFDCReader.metadataName, "dataset.json"]

  /// Reads a list; paths in the entries start at its folder.
  static func read(_ path: String) throws(VideoCatalogError) -> [VideoListEntry] {
    let document = try MetadataFile.json(path)
    let listName = FileNames.lastComponent(path)
    if let elements = document.elements, listName == DFDCReader.metadataName,
      elements.first?.members != nil
    {
      return try LAVDFList.entries(elements, path: path)
    }
    guard let members = document.members else {
      throw VideoCatalogError(
        .malformedMetadata, path, "expected an object of videos, got \(document.typeName)")
    }
    var entries: [VideoListEntry] = []
    entries.reserveCapacity(members.count)
    for member in members {
      entries.append(
        listName == DFDCReader.metadataName
          ? try DFDCList.entry(member, path: path) : try DFDCPreviewList.entry(member, path: path))
    }
    return entries
  }

  /// Remarks about facts in the lists that a detector of faces can't use.
  static func notes(on entries: some Sequence<VideoListEntry>) -> [String] {
    let partly = entries.reduce(0) { $0 + ($1.isPartlyFake ? 1 : 0) }
    guard partly > 0 else { return [] }
    return [
      "\(counted(partly, "fake video")) only in part (fake_periods of LAV-DF): all frames of these "
        + "are labelled fake, the genuine ones too"
    ]
  }

  /// A whole number; nil for any other value.
  static func integer(_ value: JSONValue) -> Int? {
    if case .number(let text) = value { Int(text) } else { nil }
  }

  /// A value as an error shows it.
  static func shown(_ value: JSONValue?) -> String {
    value.map { $0.text.map { "\"\($0)\"" } ?? $0.typeName } ?? "none"
  }

  /// Reads a split; nil if there is none.
  static func split(
    _ value: JSONValue?, of name: String, path: String
  ) throws(VideoCatalogError) -> DatasetSplit? {
    switch value {
    case nil, .null, .string(""): return nil
    case .string(let text):
      if let split = DatasetSplit(spelling: text) { return split }
      fallthrough
    case .some:
      throw VideoCatalogError(
        .malformedMetadata, path,
        "\"\(name)\": expected the split \"train\", \"validation\" or \"test\"")
    }
  }

  /// Reads a label written as a word.
  static func label(
    _ value: JSONValue?, of name: String, path: String
  ) throws(VideoCatalogError) -> VideoLabel {
    switch value?.text?.uppercased() {
    case "REAL": return .real
    case "FAKE": return .fake
    default:
      throw VideoCatalogError(
        .malformedMetadata, path,
        "\"\(name)\": expected the label \"REAL\" or \"FAKE\", got \(shown(value))")
    }
  }

  /// Checks a path of several components, which must stay below the list's folder.
  static func checkPath(_ name: String, path: String) throws(VideoCatalogError) {
    let components = name.split(separator: "/", omittingEmptySubsequences: false)
    guard components.allSatisfy({ FileNames.isSingleComponent(String($0)) }) else {
      throw VideoCatalogError(
        .malformedMetadata, path,
        "\"\(name)\": expected the path of a file below the list's folder")
    }
  }
}

/// `metadata.json` of DFDC: names of files in its own folder.
enum DFDCList {
  static func entry(
    _ member: JSONMember, path: String
  ) throws(VideoCatalogError) -> VideoListEntry {
    guard FileNames.isSingleComponent(member.key) else {
      throw VideoCatalogError(
        .malformedMetadata, path,
        "\"\(member.key)\": expected the name of a file in the same folder, got a path")
    }
    let label = try VideoList.label(member.value[key: "label"], of: member.key, path: path)
    let original = try original(of: member, label: label, path: path)
    let list = DFDCReader.metadataName
    return VideoListEntry(
      path: member.key, label: label,
      split: try VideoList.split(member.value[key: "split"], of: member.key, path: path),
      identities: original.map { [FileNames.stem($0)] } ?? [],
      original: label == .real
        ? FileNames.stem(FileNames.lastComponent(member.key)) : original.map(FileNames.stem),
      dataset: DatasetNames.dfdc, listName: list,
      labelBasis: .init(
        .label, "\(list): label \(label.rawValue.uppercased())", "label \(label.rawValue)"),
      groupBasis: original == nil ? nil : .init(.group, "\(list): original", "group: with it"))
  }

  private static func original(
    of member: JSONMember, label: VideoLabel, path: String
  ) throws(VideoCatalogError) -> String? {
    switch member.value[key: "original"] {
    case nil, .null, .string(""): return nil
    case .string(let original) where FileNames.isSingleComponent(original):
      // The original of a real video is ignored: it is one itself.
      return label == .fake ? original : nil
    case .some(let value):
      throw VideoCatalogError(
        .malformedMetadata, path,
        "\"\(member.key)\": expected the name of a file as \"original\", got "
          + VideoList.shown(value))
    }
  }
}

/// `dataset.json` of DFDC's preview: `"method_A/1/1_A_0.mp4": {"label": "fake", "set": "train",
/// "target_id": "1", "swapped_id": "2"}`. The people are the identities; the identity of an
/// original is its folder.
enum DFDCPreviewList {
  static func entry(
    _ member: JSONMember, path: String
  ) throws(VideoCatalogError) -> VideoListEntry {
    try VideoList.checkPath(member.key, path: path)
    let label = try VideoList.label(member.value[key: "label"], of: member.key, path: path)
    var people: [String] = []
    for key in ["target_id", "swapped_id"] {
      switch member.value[key: key] {
      case nil, .null, .string(""): continue
      case .string(let person): people.append(person)
      case .some(let value):
        guard let number = VideoList.integer(value) else {
          throw VideoCatalogError(
            .malformedMetadata, path,
            "\"\(member.key)\": expected a person as \"\(key)\", got \(value.typeName)")
        }
        people.append(String(number))
      }
    }
    let folders = member.key.split(separator: "/").dropLast().map(String.init)
    if people.isEmpty, folders.count > 1, let own = folders.last { people = [own] }
    return VideoListEntry(
      path: member.key, label: label,
      split: try VideoList.split(member.value[key: "set"], of: member.key, path: path),
      method: label == .fake ? folders.first : nil, identities: people.map { "person/\($0)" },
      dataset: DatasetNames.dfdcPreview, listName: "dataset.json",
      labelBasis: .init(.label, "dataset.json: label \(label.rawValue)", "label \(label.rawValue)"),
      groupBasis: people.isEmpty
        ? nil
        : .init(.group, "dataset.json: target_id, swapped_id; folders", "group: these people"))
  }
}

/// The list of LAV-DF: an array of `{"file": "test/000001.mp4", "modify_video": true, "n_fakes": 1,
/// "original": ..., "split": "test"}`. A video whose sound alone was changed shows a genuine face.
enum LAVDFList {
  static func entries(
    _ elements: [JSONValue], path: String
  ) throws(VideoCatalogError) -> [VideoListEntry] {
    var entries: [VideoListEntry] = []
    entries.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard case .string(let file)? = element[key: "file"] else {
        throw VideoCatalogError(
          .malformedMetadata, path,
          "entry \(index + 1): expected an object with the key \"file\" (LAV-DF), got "
            + (element.members == nil ? element.typeName : "an object without it"))
      }
      try VideoList.checkPath(file, path: path)
      entries.append(try entry(element, file: file, path: path))
    }
    return entries
  }

  private static func entry(
    _ element: JSONValue, file: String, path: String
  ) throws(VideoCatalogError) -> VideoListEntry {
    let fakes = element[key: "n_fakes"].flatMap(VideoList.integer)
    let modified: Bool
    switch (element[key: "modify_video"], fakes) {
    case (.bool(let value)?, _): modified = value
    case (nil, let count?): modified = count > 0
    default:
      throw VideoCatalogError(
        .malformedMetadata, path,
        "\"\(file)\": expected \"modify_video\": true or false, got "
          + VideoList.shown(element[key: "modify_video"]))
    }
    let label: VideoLabel = modified ? .fake : .real
    var original: String?
    if case .string(let text)? = element[key: "original"], !text.isEmpty { original = text }
    // All splits share one numbering.
    let names = [original ?? file, file].map { FileNames.stem(FileNames.lastComponent($0)) }
    return VideoListEntry(
      path: file, label: label,
      split: try VideoList.split(element[key: "split"], of: file, path: path),
      identities: names, original: names[0], dataset: DatasetNames.lavDF,
      listName: DFDCReader.metadataName,
      labelBasis: .init(
        .label, "metadata.json: modify_video \(modified)", "label \(label.rawValue)"),
      groupBasis: .init(.group, "metadata.json: original", "group: with it"),
      isPartlyFake: modified)
  }
}
