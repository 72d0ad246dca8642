import CommandParts
import Foundation

/// Checks of files that a command writes at its end.
enum OutputPath {
  /// Throws if a result can't be written; called before the work begins.
  static func check(_ path: String?) throws {
    guard let path else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw CommandError("\(path): its folder is missing or can't be written to")
    }
  }
}
