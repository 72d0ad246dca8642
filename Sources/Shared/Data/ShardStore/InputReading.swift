/// How the files of a data set become videos, where a run may choose: recorded with a store, and equal
/// for all of its runs.
package struct InputReading: Codable, Sendable, Equatable {
  /// Whether a folder of numbered pictures is one video: `frames`, or `single`.
  package var numberedPictures: String
  /// Of numbered pictures; nil gives their crops no times.
  package var framesPerSecond: Double?

  /// Creates the settings of a run.
  package init(numberedPictures: String, framesPerSecond: Double? = nil) {
    self.numberedPictures = numberedPictures
    self.framesPerSecond = framesPerSecond
  }

  /// Settings that differ: name, own value and the other one.
  func differences(from other: InputReading) -> [(String, String, String)] {
    var found: [(String, String, String)] = []
    if numberedPictures != other.numberedPictures {
      found.append(("numberedPictures", numberedPictures, other.numberedPictures))
    }
    if framesPerSecond != other.framesPerSecond {
      func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "null" }
      found.append(
        ("sampling.framesPerSecond", text(framesPerSecond), text(other.framesPerSecond)))
    }
    return found
  }
}
