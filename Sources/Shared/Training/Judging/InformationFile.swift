internal import Files
internal import Foundation

/// The JSON file that tells a model's story.
package enum InformationFile {
  /// Writes the story; a crash leaves the former file.
  package static func write(_ information: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write([UInt8](encoder.encode(information)), to: path)
  }

  /// The file for the story of a model that was written or refused; nil for a refused one where the story
  /// of an older model stands, which is still there.
  package static func path(besideModel path: String, isPublished: Bool) -> String? {
    let information = self.path(besideModel: path)
    let isTaken = FileManager.default.fileExists(atPath: information)
    return isPublished || !isTaken ? information : nil
  }

  /// The file that belongs beside a model: `training_info.json` beside `model.pt`,
  /// `fixed_training_info.json` beside `fixed_deepfake_model.pt`, `x_training_info.json` beside
  /// `x.pt`.
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
