package import Contract
internal import Foundation
package import Imaging
internal import Randomness
internal import ShardStore
internal import VideoCatalog

/// Stores of drawn crops for the trainer: every group has one real and one fake video, and a fake
/// carries a faint checkerboard that a small network learns in seconds.
package enum TrainingStore {
  /// The settings of a store.
  package struct Plan {
    package var groups: Int
    package var cropsPerVideo: Int
    package var sizePixels: Int
    /// Labels of the videos of a group.
    package var labels: (Int) -> [VideoLabel]
    /// Side of a group in the data set; nil leaves it to the hash.
    package var split: (Int, VideoLabel) -> DatasetSplit?
    /// Whether fakes can be told from reals.
    package var isLearnable: Bool
    /// Size after which a shard is full; small, so that there are several.
    package var shardBytes: Int
    package var seed: UInt64

    package init(
      groups: Int = 12, cropsPerVideo: Int = 8, sizePixels: Int = 64,
      labels: @escaping (Int) -> [VideoLabel] = { _ in [.real, .fake] },
      split: @escaping (Int, VideoLabel) -> DatasetSplit? = { _, _ in nil },
      isLearnable: Bool = true, shardBytes: Int = 64 << 10, seed: UInt64 = 1
    ) {
      self.groups = groups
      self.cropsPerVideo = cropsPerVideo
      self.sizePixels = sizePixels
      self.labels = labels
      self.split = split
      self.isLearnable = isLearnable
      self.shardBytes = shardBytes
      self.seed = seed
    }
  }

  /// The store that most tests train on, made once.
  package static let folder: String = {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("training-store-\(getpid())").path
    do { try make(folder) } catch { preconditionFailure("the store can't be made: \(error)") }
    atexit { try? FileManager.default.removeItem(atPath: TrainingStore.folder) }
    return folder
  }()

  package static func make(_ folder: String, _ plan: Plan = Plan()) throws {
    let writer = try ShardWriter(
      directory: folder, task: 0,
      description: StoreDescription(
        recipe: ExtractionRecipe(
          geometry: CropGeometry(
            alignment: .landmarks, margin: 1.3, sizePixels: plan.sizePixels)),
        dataset: "drawn"),
      maximumShardBytes: plan.shardBytes)
    defer { writer.close() }
    for group in 0..<plan.groups {
      for label in plan.labels(group) {
        let video = CatalogVideo(
          name: "\(label.rawValue)/person-\(group).mp4", path: "/videos/person-\(group).mp4",
          label: label, group: "person \(group)", split: plan.split(group, label),
          method: label == .fake ? "checkerboard" : nil,
          original: label == .fake ? "\(VideoLabel.real.rawValue)/person-\(group).mp4" : nil,
          dataset: group % 3 == 0 ? "drawn first" : "drawn later")
        try writer.append(
          .done(
            video, samples: try samples(video, group, plan),
            facts: VideoRecord.Facts(
              durationSeconds: 1, widthPixels: 640, heightPixels: 480, codec: "drawn",
              framesSampled: plan.cropsPerVideo, framesWithFace: plan.cropsPerVideo,
              faces: plan.cropsPerVideo, tracks: 1)))
      }
    }
  }

  private static func samples(
    _ video: CatalogVideo, _ group: Int, _ plan: Plan
  ) throws -> [FaceSample] {
    let encoder = try JPEGEncoder(quality: 95)
    return try (0..<plan.cropsPerVideo).map { frame in
      let isMarked = video.label == .fake && plan.isLearnable
      let picture = draw(plan, group: group, frame: frame, isMarked: isMarked)
      return FaceSample(
        video: video, frame: frame, face: 0, timestampSeconds: Double(frame) / 25,
        box: .init(x: 100, y: 100, width: 200, height: 200),
        landmarks: (0..<5).map { .init(x: Double($0), y: Double($0)) }, track: 0, score: 0.99,
        image: try encoder.encode(picture))
    }
  }

  /// A slope of two colours that a group's pictures share, noise, and the mark.
  package static func draw(_ plan: Plan, group: Int, frame: Int, isMarked: Bool) -> PixelBuffer {
    var stream = RandomStream(seed: plan.seed, .check, UInt64(group), UInt64(frame))
    var colours = RandomStream(seed: plan.seed, .check, UInt64(group), 1 << 20)
    let corner = (0..<3).map { _ in Double(colours.uniform(60, 190)) }
    let slope = (0..<3).map { _ in Double(colours.uniform(-40, 40)) }
    var picture = PixelBuffer(width: plan.sizePixels, height: plan.sizePixels)
    for y in 0..<plan.sizePixels {
      for x in 0..<plan.sizePixels {
        let position = Double(x + y) / Double(2 * plan.sizePixels)
        let mark = isMarked ? ((x / 8 + y / 8) % 2 == 0 ? 22.0 : -22) : 0
        let noise = stream.uniform(-6, 6)
        for channel in 0..<3 {
          let value = corner[channel] + slope[channel] * position + mark + noise
          picture.bytes[(y * plan.sizePixels + x) * PixelBuffer.bytesPerPixel + channel] =
            UInt8(max(0, min(255, value)))
        }
      }
    }
    return picture
  }
}
