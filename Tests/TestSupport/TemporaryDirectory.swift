package import Foundation

/// A fresh, empty folder for one test, deleted when the body ends.
///
/// A closure, not an object with a `deinit`: Swift may release an object after its last use, while
/// the code under test still works in the folder.
package func withTemporaryDirectory<Result>(
  _ body: (TemporaryDirectory) throws -> Result
) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent(
    "deepfake-tests-\(UUID().uuidString)", isDirectory: true)
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(TemporaryDirectory(url: url))
}

/// A folder that a test may fill.
package struct TemporaryDirectory: Sendable {
  /// The folder.
  package let url: URL

  /// The folder's absolute path, without a slash at its end.
  package var path: String { url.path }

  /// The absolute path of something in the folder.
  package func path(of relativePath: String) -> String {
    path + "/" + relativePath
  }

  /// Writes a file, making the folders above it.
  package func write(_ contents: Data, to relativePath: String) throws {
    let file = URL(fileURLWithPath: path(of: relativePath))
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try contents.write(to: file)
  }

  /// Writes a text file as UTF-8, making the folders above it.
  package func write(_ text: String, to relativePath: String) throws {
    try write(Data(text.utf8), to: relativePath)
  }

  /// Makes empty files, and the folders above them.
  package func makeFiles(_ relativePaths: [String]) throws {
    for path in relativePaths { try write(Data(), to: path) }
  }

  /// Removes a file, or a folder with all that is in it.
  package func remove(_ relativePath: String) throws {
    try FileManager.default.removeItem(atPath: path(of: relativePath))
  }

  /// Makes a symbolic link at `relativePath` that holds `target` as it is.
  package func makeLink(_ relativePath: String, to target: String) throws {
    let link = URL(fileURLWithPath: path(of: relativePath))
    try FileManager.default.createDirectory(
      at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: target)
  }
}
