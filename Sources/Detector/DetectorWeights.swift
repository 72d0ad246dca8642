import CommandParts
import Foundation

/// Finds the weights of the face detector.
enum DetectorWeights {
  /// The folder that the user named, or else the first existing `weights/mtcnn` in the current
  /// folder, in the program's folder and in its four parents.
  static func folder(_ named: String?) throws -> String {
    if let named { return named }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var candidates = ["weights/mtcnn"]
    var folder = program.deletingLastPathComponent()
    for _ in 0..<5 {
      candidates.append(folder.appendingPathComponent("weights/mtcnn").path)
      folder = folder.deletingLastPathComponent()
    }
    let found = candidates.first { FileManager.default.fileExists(atPath: $0 + "/onet.pt") }
    guard let found else {
      throw CommandError(
        "the face detector's weights (pnet.pt, rnet.pt, onet.pt) are in none of the folders "
          + "\(candidates.prefix(2).joined(separator: ", ")); scripts/demo fetches them; or say "
          + "--weights DIR")
    }
    return found
  }
}
