/// A video that a data set speaks of, or that lies in its folder, and that the catalog leaves out.
package struct OmittedVideo: Codable, Sendable, Equatable {
  /// The name that the video has, or would have, in the catalog.
  package var name: String

  /// Why it is left out, as half a sentence.
  package var reason: String

  /// Creates an entry.
  package init(name: String, reason: String) {
    self.name = name
    self.reason = reason
  }
}
