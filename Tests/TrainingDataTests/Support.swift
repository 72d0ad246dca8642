import Contract
import Foundation
import Imaging
import Randomness
import ShardStore
import TestSupport
import Testing
import VideoCatalog

@testable import TrainingData

/// A catalog's video, for tests that read no store.
func video(
  _ name: String, _ label: VideoLabel, group: String, split: DatasetSplit? = nil, shard: Int = 0,
  samples: Range<Int> = 0..<4, method: String? = nil, dataset: String? = nil
) -> SampleCatalog.Video {
  SampleCatalog.Video(
    name: name, label: label, group: group, split: split, method: method, compression: nil,
    original: nil, dataset: dataset, shard: shard, samples: samples)
}

/// Videos of `real` and `fake` samples in all, a few each, spread over shards.
func videos(real: Int, fake: Int, shardCount: Int = 1) -> [SampleCatalog.Video] {
  var result: [SampleCatalog.Video] = []
  var (start, left) = (0, [VideoLabel.real: real, .fake: fake])
  var labels: [VideoLabel] = []
  while left.values.contains(where: { $0 > 0 }) {
    for label in VideoLabel.allCases {
      let count = min(left[label] ?? 0, 5)
      guard count > 0 else { continue }
      labels.append(label)
      left[label, default: 0] -= count
      result.append(
        video("v\(result.count)", label, group: "g\(result.count)", samples: start..<start + count))
      start += count
    }
  }
  return result.enumerated().map { index, item in
    video(
      item.name, item.label, group: item.group, shard: index * shardCount / result.count,
      samples: item.samples)
  }
}

/// A picture with structure that differs by number.
func picture(_ number: Int, size: Int) -> PixelBuffer {
  var random = RandomStream(seed: UInt64(number), .check)
  let (angle, red) = (random.uniform(0, 3), random.uniform(50, 200))
  var result = PixelBuffer(width: size, height: size)
  for y in 0..<size {
    for x in 0..<size {
      let wave = sin((Double(x) * cos(angle) + Double(y) * sin(angle)) / 3)
      result[x, y] = SIMD4(
        UInt8(red + 50 * wave), UInt8(min(4 * x, 255)), UInt8(min(4 * y, 255)), 255)
    }
  }
  return result
}

/// A store of real JPEG crops of 32x32 pixels.
struct SmallStore {
  static let size = 32

  let path: String

  /// Videos `0..<count`, every third one fake; video 1 has no face, and one more failed. A frame
  /// has one face, and every fourth a second one.
  init(
    in directory: TemporaryDirectory, videoCount: Int = 12, frames: Int = 6,
    maximumShardBytes: Int = 120_000, replacing: [Int: [UInt8]] = [:]
  ) throws {
    path = directory.path(of: "store")
    let writer = try ShardWriter(
      directory: path, task: 0,
      description: StoreDescription(
        recipe: ExtractionRecipe(geometry: CropGeometry(sizePixels: Self.size))),
      maximumShardBytes: maximumShardBytes)
    let encoder = try JPEGEncoder(quality: 95)
    for number in 0..<videoCount {
      let samples = try Self.samples(
        number, frames: frames, encoder, replacing: replacing[number])
      try writer.append(.done(Self.catalogVideo(number), samples: samples, facts: .init()))
    }
    try writer.append(.failed(Self.catalogVideo(videoCount), reason: "no video stream"))
    writer.close()
  }

  /// The samples of a video.
  ///
  /// - Parameter replacing: bytes that replace the first sample's JPEG file.
  static func samples(
    _ number: Int, frames: Int, _ encoder: JPEGEncoder, replacing: [UInt8]? = nil
  ) throws -> [FaceSample] {
    var samples: [FaceSample] = []
    for frame in 0..<(number == 1 ? 0 : frames) {
      for face in 0..<(frame % 4 == 3 ? 2 : 1) {
        let image = try encoder.encode(picture(100 * number + 10 * frame + face, size: Self.size))
        samples.append(
          FaceSample(
            video: catalogVideo(number), frame: 10 * frame, face: face,
            timestampSeconds: Double(frame), box: .init(x: 0, y: 0, width: 9, height: 9),
            landmarks: (0..<5).map { .init(x: Double($0), y: 0) }, track: face, score: 1,
            image: frame == 0 && face == 0 ? replacing ?? image : image))
      }
    }
    return samples
  }

  static func catalogVideo(_ number: Int) -> CatalogVideo {
    let name = "folder/video \(number).mp4"
    return CatalogVideo(
      name: name, path: "/videos/" + name, label: number % 3 == 0 ? .fake : .real,
      group: "person \(number)", split: number % 5 == 4 ? .test : nil,
      method: number % 3 == 0 ? "Deepfakes" : nil)
  }
}

/// Expects an error of this code whose text has all of `parts`.
func expectError(
  _ code: TrainingDataError.Code, _ parts: String...,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected the error \(code)", sourceLocation: sourceLocation)
  } catch let error as TrainingDataError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(error.description.contains(part), "\(error)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}

/// A picture of soft spots, different for each number.
func spots(_ number: Int, size: Int = 64) -> PixelBuffer {
  var random = RandomStream(seed: UInt64(number), .check)
  let bytes = (0..<9 * 9 * 4).map { _ in UInt8(random.below(256)) }
  return PixelBuffer(width: 9, height: 9, bytes: bytes).resized(width: size, height: size)
}

/// A store of 64x64 pixels, one crop a frame.
struct PictureStore {
  /// A video and its JPEG files.
  struct Video {
    let name: String
    let label: VideoLabel
    let group: String
    let split: DatasetSplit?
    let files: [[UInt8]]

    init(
      _ name: String, _ files: [[UInt8]], _ label: VideoLabel = .real, group: String? = nil,
      split: DatasetSplit? = nil
    ) {
      self.name = name
      self.files = files
      self.label = label
      self.group = group ?? name
      self.split = split
    }
  }

  let path: String

  /// - Parameter looks: hashes of crops in the record of a video.
  init(
    in directory: TemporaryDirectory, _ videos: [Video],
    looks: (Video) throws -> [PerceptualHash?]? = { _ in nil }
  ) throws {
    path = directory.path(of: "store")
    let writer = try ShardWriter(
      directory: path, task: 0,
      description: StoreDescription(
        recipe: ExtractionRecipe(geometry: CropGeometry(sizePixels: 64))),
      maximumShardBytes: 1 << 30)
    defer { writer.close() }
    for item in videos {
      let video = CatalogVideo(
        name: item.name, path: "/videos/" + item.name, label: item.label, group: item.group,
        split: item.split, method: nil)
      let samples = item.files.enumerated().map { frame, file in
        FaceSample(
          video: video, frame: frame, face: 0, timestampSeconds: Double(frame),
          box: .init(x: 0, y: 0, width: 9, height: 9),
          landmarks: (0..<5).map { .init(x: Double($0), y: 0) }, track: 0, score: 1, image: file)
      }
      try writer.append(.done(video, samples: samples, facts: .init(looks: try looks(item))))
    }
  }
}

/// A JPEG file of `spots`.
func spotsFile(_ number: Int, quality: Int = 90) throws -> [UInt8] {
  try JPEGEncoder(quality: quality).encode(spots(number))
}
