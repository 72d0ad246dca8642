import Foundation
import ShardStore

/// Everything a store holds, whatever the division into shards.
struct StoreContent: Equatable {
  /// Video name to record.
  var videos: [String: VideoRecord] = [:]
  /// Key to record.
  var samples: [String: SampleRecord] = [:]
  /// Key to JPEG file.
  var images: [String: [UInt8]] = [:]

  init(_ folder: String) throws {
    let reader = try ShardReader(directory: folder)
    for video in reader.videos { videos[video.name] = video.record }
    for sample in try reader.samples() {
      samples[sample.key.description] = sample.record
      images[sample.key.description] = try reader.image(of: sample)
    }
  }
}
