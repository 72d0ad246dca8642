package import Contract
internal import Imaging
internal import ShardStore
package import TrainingData
internal import VideoCatalog

/// The data that a model was trained or repaired on, and its split.
package struct DataSummary: Codable {
  package var store: String
  package var geometry: CropGeometry
  package var videos: Int
  package var failedVideos: Int
  package var crops: Int
  package var fingerprint: String
  package var splits: [String: SplitCounts]
  /// Warnings about the data, each beginning with "Warning: ", then notes on how
  /// the split was made.
  package var notes: [String]
}

package struct SplitCounts: Codable {
  package var groups: Int
  package var realVideos: Int
  package var fakeVideos: Int
  package var realCrops: Int
  package var fakeCrops: Int
  package var videosWithoutFace: Int
}

extension DataSummary {
  package init(
    _ catalog: SampleCatalog, _ split: DataSplit, nearDuplicates: NearDuplicates? = nil
  ) {
    store = catalog.directory
    geometry = catalog.description.geometry
    videos = catalog.videos.count
    failedVideos = catalog.failedVideoCount
    crops = catalog.sampleCount
    fingerprint = String(catalog.fingerprint, radix: 16)
    splits = [:]
    for side in DatasetSplit.allCases {
      let counts = split.counts(of: side)
      splits[side.rawValue] = SplitCounts(
        groups: counts.groups, realVideos: counts.realVideos, fakeVideos: counts.fakeVideos,
        realCrops: counts.realSamples, fakeCrops: counts.fakeSamples,
        videosWithoutFace: counts.videosWithoutFace)
    }
    let warnings = split.warnings + [nearDuplicates?.warning].compactMap(\.self)
    notes = warnings.map { "Warning: " + $0 } + split.notes
  }
}
