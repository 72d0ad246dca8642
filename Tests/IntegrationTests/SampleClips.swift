import Foundation
import Testing

/// Clips made once for all integration tests, by the command that the demonstration uses.
enum SampleClips {
  /// A folder with `real/` and `fake/`, 12 clips of one second.
  static let folder: String = {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("sample-clips-\(getpid())").path
    do {
      let made = try BuiltExecutable.run([
        "sample-clips", BuiltExecutable.portraits.path, folder, "--seconds", "1", "--weights",
        BuiltExecutable.weights.path,
      ])
      if made.status != 0 { Issue.record("sample-clips failed: \(made.errors)") }
    } catch {
      Issue.record("sample-clips can't be run: \(error)")
    }
    atexit { try? FileManager.default.removeItem(atPath: SampleClips.folder) }
    return folder
  }()
}
