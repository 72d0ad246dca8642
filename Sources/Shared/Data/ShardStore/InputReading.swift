/// Settings that decide how the files of a data set become videos. They are recorded with a store,
/// and equal for all of its runs.
package struct InputReading: Codable, Sendable, Equatable {
  /// Whether a folder of numbered pictures is one video: `frames`, or `single`.
  package var numberedPictures: String
  /// Frame rate of numbered pictures; nil leaves their crops without times.
  package var framesPerSecond: Double?

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
