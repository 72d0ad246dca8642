import Foundation

/// Files that a command writes at its end.
enum OutputPath {
  /// Throws where a result could not be written in the end: better known before the work than after it.
  static func check(_ path: String?) throws {
    guard let path else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw CommandError("\(path): its folder is missing or can't be written to")
    }
  }
}
