import Foundation

/// Dates of files.
enum FileDay {
  /// The day on which a file was written, as `2026-11-30`; nil if unknown.
  static func text(of path: String) -> String? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let date = attributes?[.modificationDate] as? Date else { return nil }
    return String(ISO8601DateFormatter().string(from: date).prefix(10))
  }
}
