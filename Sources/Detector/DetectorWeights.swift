import Foundation

/// Where the face detector's weights lie.
enum DetectorWeights {
  /// The folder that a user names, or the first of the usual ones that has them: `weights/mtcnn` in the
  /// current folder, or in one of those that the program lies in.
  static func folder(_ named: String?) throws -> String {
    if let named { return named }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var places = ["weights/mtcnn"]
    var folder = program.deletingLastPathComponent()
    for _ in 0..<5 {
      places.append(folder.appendingPathComponent("weights/mtcnn").path)
      folder = folder.deletingLastPathComponent()
    }
    let found = places.first { FileManager.default.fileExists(atPath: $0 + "/onet.pt") }
    guard let found else {
      throw CommandError(
        "the face detector's weights (pnet.pt, rnet.pt, onet.pt) are in none of the folders "
          + "\(places.prefix(2).joined(separator: ", ")); scripts/demo fetches them; or say --weights DIR"
      )
    }
    return found
  }
}
