internal import Files
internal import Glibc

/// Rules about the names of files, shared by the readers.
enum FileNames {
  /// Extensions of video files, in lower case.
  private static let videoExtensions: Set<String> = [
    "mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "mpe", "mts", "m2ts", "ts", "wmv",
    "flv", "3gp", "gif",
  ]

  /// Whether the extension is one of a video or of a picture, which is a video of one frame; case
  /// does not matter.
  static func isVideo(_ name: String) -> Bool {
    if NumberedPictures.isPicture(name) { return true }
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
    return videoExtensions.contains(name[name.utf8.index(after: dot)...].lowercased())
  }

  /// Whether the extension is one of a picture; case does not matter.
  static func isPicture(_ name: String) -> Bool { NumberedPictures.isPicture(name) }

  /// The form of a video, by its file's name.
  static func form(ofFile name: String) -> VideoForm { isPicture(name) ? .picture : .video }

  /// The path of the parent folder; empty for an entry of the root.
  static func folder(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return String(path[..<slash])
  }

  /// The name without its last extension.
  static func stem(_ name: String) -> String {
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else {
      return name
    }
    return String(name[..<dot])
  }

  /// Whether a name in a metadata file is one path component and stays in its folder.
  static func isSingleComponent(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".."
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  /// Joins two parts of a path; either may be empty.
  static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    if name.isEmpty { return folder }
    return folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
  }

  /// The components of a path, split by bytes: to Swift, "/" with a combining mark after it is
  /// another character.
  static func components(_ path: String) -> [Substring] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
  }

  /// The last component of a path.
  static func lastComponent(_ path: String) -> String {
    components(path).last.map(String.init) ?? ""
  }

  /// The first few names and how many more there are: "a, b and 3 more".
  static func summary(_ names: some Collection<String>, limit: Int = 10) -> String {
    let shown = names.prefix(limit).joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }
}

extension String {
  /// Order of the UTF-8 bytes: the same on every machine and in every locale, and the order of keys
  /// in a store.
  func bytewisePrecedes(_ other: String) -> Bool {
    let fast = utf8.withContiguousStorageIfAvailable { left in
      other.utf8.withContiguousStorageIfAvailable { right in
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
          return left.count < right.count
        }
        let order = memcmp(leftBase, rightBase, Swift.min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
      }
    }
    if case .some(.some(let result)) = fast { return result }
    return utf8.lexicographicallyPrecedes(other.utf8)
  }
}

/// "1 video", "2 videos".
func counted(_ count: Int, _ noun: String) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
}
