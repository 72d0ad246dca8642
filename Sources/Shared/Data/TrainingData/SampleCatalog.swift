package import Contract
internal import Imaging
package import ShardStore

/// The videos and samples of a store by index, as splits, orders and loaders use them.
///
/// Videos are sorted by name (by its bytes), whatever the shards; samples by video, frame and face.
/// So equal samples have equal indices in every store, and the samples of a video are one range.
/// The index takes 8 bytes per sample: records and images are read when they are needed.
///
/// Sendable: all state is fixed after opening, and any number of threads may read.
package struct SampleCatalog: Sendable {
  /// A finished video of the store.
  package struct Video: Sendable, Equatable {
    /// The video's name, its identity in the store.
    package let name: String
    package let label: VideoLabel
    /// Videos of one group belong to one side of every split.
    package let group: String
    /// The data set's own split, if it has one.
    package let split: DatasetSplit?
    /// Manipulation method; nil for real videos and if unknown.
    package let method: String?
    /// Compression level; nil if the data set has none.
    package let compression: String?
    /// Name of the real video that a fake was made from; nil for real videos and if unknown.
    package let original: String?
    /// The data set that the video is from; nil if unknown.
    package let dataset: String?
    /// Index of its shard in `SampleCatalog.shards`.
    package let shard: Int
    /// Its samples; empty for a video without a face.
    package let samples: Range<Int>
    /// Hashes of its chosen crops, see `PerceptualHash.chosenCrops`; nil in a store of older
    /// software.
    var looks: [PerceptualHash?]?
  }

  /// What is known about a sample without reading it.
  package struct Sample: Sendable, Equatable {
    /// Index in the catalog.
    package let index: Int
    /// Index of its video in `SampleCatalog.videos`.
    package let video: Int
    package let label: VideoLabel
    /// Index of the frame in presentation order.
    package let frame: Int
    /// Index of the face among those of the frame.
    package let face: Int
  }

  /// Side of a stored picture above which a store is refused, in pixels.
  static let maximumSizePixels = CropGeometry.maximumSizePixels

  /// The store's folder.
  package let directory: String

  /// How the store was made: the geometry that goes into checkpoints and models.
  package let description: StoreDescription

  /// All shards in order.
  package let shards: [ShardName]

  /// All finished videos, including those without a face.
  package let videos: [Video]

  /// Videos that could not be extracted; they are in no split.
  package let failedVideoCount: Int

  /// Tasks of the extraction that have written nothing yet, and how many there are.
  package var missingTasks: (missing: Int, all: Int) {
    (reader.missingTasks.count, description.tasks ?? 1)
  }

  /// The rule that numbers the samples: with `.shards` videos are sorted by shard, then by name, as
  /// in older checkpoints.
  package let orderVersion: EpochOrder.Version

  /// A number that changes with the content: with any video, label, group, split, sample or image,
  /// and with the frames that are taken of a video. It doesn't depend on the store's path, nor,
  /// except for a catalog of `.shards`, on how it is divided into shards.
  package var fingerprint: UInt64 {
    orderVersion == .shards ? shardFingerprint : contentFingerprint
  }

  /// The fingerprint in older checkpoints and models, which changes with the shards too. For a
  /// store of one shard it equals `fingerprint`.
  package let shardFingerprint: UInt64

  /// Whether a fingerprint, of either kind, is that of this content.
  package func hasFingerprint(_ value: UInt64) -> Bool {
    value == contentFingerprint || value == shardFingerprint
  }

  private let contentFingerprint: UInt64

  let reader: ShardReader
  let entries: [SampleEntry]

  init(
    directory: String, reader: ShardReader, videos: [Video], failedVideoCount: Int,
    orderVersion: EpochOrder.Version, contentFingerprint: UInt64, shardFingerprint: UInt64,
    entries: [SampleEntry]
  ) {
    self.directory = directory
    self.reader = reader
    self.videos = videos
    self.failedVideoCount = failedVideoCount
    self.orderVersion = orderVersion
    self.contentFingerprint = contentFingerprint
    self.shardFingerprint = shardFingerprint
    self.entries = entries
    description = reader.description
    shards = reader.shards
  }

  /// Number of samples.
  package var sampleCount: Int { entries.count }

  /// Side of the stored pictures in pixels.
  package var sizePixels: Int { description.geometry.sizePixels }

  /// The sample at an index of 0..<`sampleCount`.
  package func sample(_ index: Int) -> Sample {
    let entry = entries[index]
    let video = Int(entry.video)
    return Sample(
      index: index, video: video, label: videos[video].label, frame: entry.frame, face: entry.face)
  }
}

/// A sample in 8 bytes: its video, and frame and face as one number that sorts like the key.
struct SampleEntry: Sendable, Comparable {
  let video: UInt32
  private let frameAndFace: UInt32

  /// A key of the store has a frame below 1,000,000 and a face below 100: 27 bits.
  init(video: Int, key: SampleKey) {
    self.video = UInt32(video)
    frameAndFace = UInt32(key.frame) << 7 | UInt32(key.face)
  }

  private init(video: UInt32, frameAndFace: UInt32) {
    self.video = video
    self.frameAndFace = frameAndFace
  }

  /// The same frame and face of a video with another index.
  func renumbered(_ video: Int) -> SampleEntry {
    SampleEntry(video: UInt32(video), frameAndFace: frameAndFace)
  }

  var frame: Int { Int(frameAndFace >> 7) }

  var face: Int { Int(frameAndFace & 127) }

  static func < (left: SampleEntry, right: SampleEntry) -> Bool {
    (left.video, left.frameAndFace) < (right.video, right.frameAndFace)
  }
}
