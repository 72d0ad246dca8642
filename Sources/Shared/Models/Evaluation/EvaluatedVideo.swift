package import Contract

/// What the metrics need to know about a video besides its scores.
package struct EvaluatedVideo: Codable, Sendable, Hashable {
  /// The full name, unique in the data set. FaceForensics++ has a `000_003` of every method: the
  /// last part of a path alone would merge them into one video.
  package var name: String

  /// The people in it, as the split's groups name them. Videos of one group are not independent;
  /// confidence intervals resample groups.
  package var group: String

  /// The true answer.
  package var label: VideoLabel

  /// How a fake was made, if the data set says so.
  package var method: String?

  /// The compression it was published with (such as c23), if the data set says so.
  package var compression: String?

  /// The full name of the real video that a fake was made from, if known.
  package var original: String?

  /// The data set that it is from, if known.
  package var dataset: String?

  package init(
    name: String, group: String, label: VideoLabel, method: String? = nil,
    compression: String? = nil, original: String? = nil, dataset: String? = nil
  ) {
    self.name = name
    self.group = group
    self.label = label
    self.method = method
    self.compression = compression
    self.original = original
    self.dataset = dataset
  }
}
