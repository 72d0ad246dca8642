internal import Contract
internal import Foundation

/// The labelled videos of a data set: which files, which label, which group.
///
/// Labels come from the data set's own metadata or folders, never from a guess. Groups are the
/// connected components over originals, targets and sources, so that a split by groups leaks
/// nothing. A catalog depends only on names and metadata: the order in which a file system lists
/// files makes no difference. No video is opened.
package struct VideoCatalog: Sendable, Equatable {
  /// The layout that it was read from.
  package let kind: CatalogKind

  /// Absolute path of the data set's folder; for ``CatalogKind/csv`` that of the file's folder.
  package let root: String

  /// The labelled videos, sorted by the UTF-8 bytes of their names. Not empty.
  package let videos: [CatalogVideo]

  /// Videos that metadata lists and that don't exist, sorted by name.
  package let missing: [OmittedVideo]

  /// Video files without a label, sorted by name; empty unless the options say to skip them.
  package let unlabelled: [OmittedVideo]

  /// What lies in the folders and is not used; empty for ``CatalogKind/csv``.
  package let passedOver: PassedOver

  /// Remarks for the log, one sentence each, e.g. that an official split divides groups.
  package let notes: [String]

  /// How folders, names and columns were interpreted.
  package let reading: CatalogReading

  /// Reads the catalog of a data set.
  ///
  /// - Parameters:
  ///   - kind: The layout to expect; see ``CatalogKind`` and the readers for what it means.
  ///   - input: The data set's folder, or the CSV file. A relative path starts at the working
  ///     directory.
  ///   - options: Filters, and what to do with videos without a label.
  /// - Throws: When the input is not in that layout, can't be read, contradicts itself, names
  ///   videos without a label, or has no labelled video at all.
  package static func load(
    kind: CatalogKind, input: String, options: CatalogOptions = CatalogOptions()
  ) throws(VideoCatalogError) -> VideoCatalog {
    let path = try absolutePath(input)
    try check(options, for: kind)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw VideoCatalogError(
        .unreadable, path, "no such file or folder", suggestion: "Check the path of the input.")
    }
    var options = options
    if kind == .csv {
      if let folder = options.csv.folder { options.csv.folder = try existingFolder(folder) }
      guard !isFolder.boolValue else { throw try folderInsteadOfCSV(path, options: options) }
      return try CSVCatalogReader.read(file: path, options: options)
    }
    guard isFolder.boolValue else {
      throw VideoCatalogError(
        .unreadable, path, "expected a folder (\(kind.expectedLayout)), got a file",
        suggestion: path.lowercased().hasSuffix(".csv") ? "For a CSV file try the kind `csv`." : nil
      )
    }
    switch kind {
    case .dfdc: return try DFDCReader.read(root: path, options: options)
    case .faceforensics: return try FaceForensicsReader.read(root: path, options: options)
    case .celebdf: return try CelebDFReader.read(root: path, options: options)
    case .folders, .csv: return try FoldersReader.read(root: path, options: options)
    }
  }

  /// The folder that a setting names, absolute.
  private static func existingFolder(_ name: String) throws(VideoCatalogError) -> String {
    let folder = try absolutePath(name)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw VideoCatalogError(
        .invalidOption, folder, "csv.folder: there is no such folder",
        suggestion: "Name the folder where the table's relative paths start.")
    }
    return folder
  }

  /// The absolute path, from the working directory if it is relative, without slashes at its end.
  private static func absolutePath(_ input: String) throws(VideoCatalogError) -> String {
    guard !input.isEmpty, !input.utf8.contains(0) else {
      throw VideoCatalogError(
        .unreadable, "input", input.isEmpty ? "the path is empty" : "the path has a zero byte")
    }
    var path =
      input.hasPrefix("/") ? input : FileManager.default.currentDirectoryPath + "/" + input
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// Throws if an option has no effect for the kind: setting it is a mistake.
  private static func check(
    _ options: CatalogOptions, for kind: CatalogKind
  ) throws(VideoCatalogError) {
    guard kind == .folders || options.folderLabels.isEmpty else {
      throw VideoCatalogError(
        .invalidOption, "folders",
        "names of folders with a label are for the kind `folders`, got "
          + "`\(kind.rawValue)`", suggestion: "Remove them.")
    }
    guard kind == .csv || options.csv == CSVSettings() else {
      throw VideoCatalogError(
        .invalidOption, "csv",
        "the columns of a table are for the kind `csv`, got "
          + "`\(kind.rawValue)`", suggestion: "Remove the settings.")
    }
    if let label = options.label, kind != .folders {
      throw VideoCatalogError(
        .invalidOption, "label",
        "one label for all videos (\(label.rawValue)) is for the kind `folders`, got "
          + "`\(kind.rawValue)`", suggestion: "Remove the label.")
    }
    guard kind != .faceforensics else { return }
    for (name, filter) in [("methods", options.methods), ("compressions", options.compressions)]
    where !filter.isEmpty {
      throw VideoCatalogError(
        .invalidOption, name, "the filter is for the kind `faceforensics`, got `\(kind.rawValue)`",
        suggestion: "Remove the filter.")
    }
  }

  private static func folderInsteadOfCSV(
    _ path: String, options: CatalogOptions
  ) throws(VideoCatalogError) -> VideoCatalogError {
    let tree = try DirectoryTree(root: path)
    let files = options.givesAdvice ? LayoutGuess.tables(in: tree) : []
    let suggestion =
      files.isEmpty
      ? LayoutGuess.suggestion(insteadOf: .csv, for: tree, options: options)
      : "The folder has \(FileNames.summary(files)): try that file as the input."
    return VideoCatalogError(
      .unreadable, path, "expected \(CatalogKind.csv.expectedLayout), got a folder",
      suggestion: suggestion)
  }
}
