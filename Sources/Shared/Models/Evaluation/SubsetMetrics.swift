internal import Contract

/// Metrics of the video predictions of one method or one compression.
package struct SubsetMetrics: Codable, Sendable, Equatable {
  /// The method or the compression.
  package let name: String
  /// Number of fake videos in it.
  package let fake: Int
  /// Number of real videos that they are compared with.
  package let real: Int
  /// Share of its fakes that are called fake; nil without fakes.
  package let recallFake: Double?
  /// Share of those reals that are called real; nil without reals.
  package let recallReal: Double?
  /// Area under the ROC curve of its fakes against those reals; nil if either is missing.
  package let auc: Double?
  /// AUC of the faces' sharpness alone on the same videos; nil if it wasn't measured, as in older
  /// files.
  package let sharpnessAUC: Double?

  init(name: String, videos: [VideoPrediction], threshold: Double) {
    let metrics = BinaryMetrics(videos.map(\.labelled), threshold: threshold)
    self.name = name
    fake = metrics.fake
    real = metrics.real
    recallFake = metrics.recallFake
    recallReal = metrics.recallReal
    auc = metrics.auc
    sharpnessAUC = SharpnessBaseline(videos)?.auc
  }

  /// Each method's fakes against all reals, by name.
  static func methods(_ videos: [VideoPrediction], threshold: Double) -> [SubsetMetrics] {
    let reals = videos.filter { $0.video.label == .real }
    let fakes = videos.filter { $0.video.label == .fake && $0.video.method != nil }
    return Dictionary(grouping: fakes) { $0.video.method ?? "" }
      .sorted { $0.key < $1.key }
      .map { SubsetMetrics(name: $0.key, videos: $0.value + reals, threshold: threshold) }
  }

  /// The fakes of each compression against the reals of the same one (reals of another would let
  /// the compression itself give the fakes away), by name.
  static func compressions(_ videos: [VideoPrediction], threshold: Double) -> [SubsetMetrics] {
    Dictionary(grouping: videos.filter { $0.video.compression != nil }) {
      $0.video.compression ?? ""
    }
    .sorted { $0.key < $1.key }
    .map { SubsetMetrics(name: $0.key, videos: $0.value, threshold: threshold) }
  }
}
