internal import Files
internal import Foundation

/// The JSON file beside a model that says how it was made.
package enum InformationFile {
  /// Writes the file; a crash leaves the previous one.
  package static func write(_ information: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write([UInt8](encoder.encode(information)), to: path)
  }

  /// Path of the file for a model that was written or refused; nil if it was refused and a file of
  /// an older model exists, which is kept.
  package static func path(besideModel path: String, isPublished: Bool) -> String? {
    let information = self.path(besideModel: path)
    let isTaken = FileManager.default.fileExists(atPath: information)
    return isPublished || !isTaken ? information : nil
  }

  /// Path of the file of a model: `training_info.json` for `model.pt`, `fixed_training_info.json`
  /// for `fixed_deepfake_model.pt`, `x_training_info.json` for `x.pt`.
  package static func path(besideModel path: String) -> String {
    let url = URL(fileURLWithPath: path)
    var stem = url.deletingPathExtension().lastPathComponent
    for ending in ["deepfake_model", "model"] where stem.hasSuffix(ending) {
      stem.removeLast(ending.count)
      break
    }
    if !stem.isEmpty, !stem.hasSuffix("_") { stem += "_" }
    return url.deletingLastPathComponent().appendingPathComponent(stem + "training_info.json").path
  }
}
