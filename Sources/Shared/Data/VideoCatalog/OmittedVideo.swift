/// A video that a data set lists or contains, and that the catalog leaves out.
package struct OmittedVideo: Codable, Sendable, Equatable {
  /// The name that the video has, or would have, in the catalog.
  package var name: String

  /// Why it is left out, as part of a sentence.
  package var reason: String

  package init(name: String, reason: String) {
    self.name = name
    self.reason = reason
  }
}
