import Foundation

/// When files were written.
enum FileDay {
  /// The day on which a file was written, as `2026-11-30`; nil where that isn't known.
  static func text(of path: String) -> String? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let date = attributes?[.modificationDate] as? Date else { return nil }
    return String(ISO8601DateFormatter().string(from: date).prefix(10))
  }
}
