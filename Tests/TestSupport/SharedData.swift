package import Foundation

/// Real clips for development, which are not part of the repository: the folder `shared/data` beside
/// the package's own. A test that needs it carries
/// `.enabled(if: SharedData.isPresent, "needs ../shared/data")`.
package enum SharedData {
  /// The folder, or nil where it is missing.
  package static let url: URL? = {
    let package = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folder = package.deletingLastPathComponent().appendingPathComponent("shared/data")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  /// Whether the folder is there.
  package static var isPresent: Bool { url != nil }

  /// A telephone's HLG clip among the examples of inputs, `shared/field`; nil where it is missing.
  package static let fieldClip: String? = {
    guard let url else { return nil }
    let clip = url.deletingLastPathComponent().appendingPathComponent("field/videos/true_hlg.mov")
    return FileManager.default.fileExists(atPath: clip.path) ? clip.path : nil
  }()
}
