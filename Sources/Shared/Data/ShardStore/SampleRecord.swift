package import Contract
import Files
package import VideoCatalog

/// The record of one crop: the value of its key in the database `samples`.
///
/// Coordinates are pixels of the displayed picture, rounded to 1/1000; times and scores are rounded
/// to 1/1000000. Rounding happens on creation, so a record equals what is read back.
package struct SampleRecord: Codable, Sendable, Equatable {
  /// A point in the displayed picture, in pixels; `[x, y]` in JSON.
  package struct Point: Codable, Sendable, Hashable {
    /// Pixels from the left edge.
    package let x: Double
    /// Pixels from the top edge.
    package let y: Double

    /// Creates a point, rounded to 1/1000 pixel.
    package init(x: Double, y: Double) {
      self.x = Rounding.pixels(x)
      self.y = Rounding.pixels(y)
    }

    /// Reads `[x, y]`.
    package init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      x = try container.decode(Double.self)
      y = try container.decode(Double.self)
      guard container.isAtEnd else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected [x, y]")
      }
    }

    /// Writes `[x, y]`.
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(x)
      try container.encode(y)
    }
  }

  /// The detector's box in the displayed picture, in pixels.
  package struct Box: Codable, Sendable, Hashable {
    /// Left edge.
    package let x: Double
    /// Top edge.
    package let y: Double
    package let width: Double
    package let height: Double

    /// Creates a box, rounded to 1/1000 pixel.
    package init(x: Double, y: Double, width: Double, height: Double) {
      self.x = Rounding.pixels(x)
      self.y = Rounding.pixels(y)
      self.width = Rounding.pixels(width)
      self.height = Rounding.pixels(height)
    }
  }

  /// Landmarks per face: both eyes, nose, both corners of the mouth.
  package static let landmarkCount = 5

  /// Name of the video.
  package let video: String
  /// Real or fake.
  package let label: VideoLabel
  /// Name of the video's group.
  package let group: String
  /// The data set's own split, if it has one.
  package let split: DatasetSplit?
  /// Manipulation method; nil for real videos and if unknown.
  package let method: String?
  /// Compression level; nil if the data set has none.
  package let compression: String?
  /// Index of the frame in presentation order.
  package let frame: Int
  /// Presentation time of the frame; nil if it isn't known, as for numbered pictures without a
  /// frame rate.
  package let timestampSeconds: Double?
  /// The detector's box; in a store of whole pictures, the square that was cropped.
  package let box: Box
  /// Five points: left eye, right eye, nose, left and right corner of the mouth, as seen; nil in a
  /// store of whole pictures only.
  package let landmarks: [Point]?
  /// The track (one face over time) within the video.
  package let track: Int
  /// The detector's confidence, 0...1; 1 in a store of whole pictures.
  package let score: Double
  /// Name of the original video that gave the position of the face, and its track; nil if this
  /// video itself was searched, as always in stores without `reuseOriginals`.
  package let facesFrom: String?
  /// CRC-32 of the image's bytes. LMDB itself has no checksums.
  package let crc32: UInt32
  /// Length of the image.
  package let imageBytes: Int

  /// Creates the record of `image`, the JPEG file of a crop of `video`.
  package init(
    video: CatalogVideo, frame: Int, timestampSeconds: Double?, box: Box, landmarks: [Point]?,
    track: Int, score: Double, facesFrom: String? = nil, image: [UInt8]
  ) {
    self.video = video.name
    label = video.label
    group = video.group
    split = video.split
    method = video.method
    compression = video.compression
    self.frame = frame
    self.timestampSeconds = timestampSeconds.map(Rounding.millionths)
    self.box = box
    self.landmarks = landmarks
    self.track = track
    self.score = Rounding.millionths(score)
    self.facesFrom = facesFrom
    crc32 = CRC32.checksum(image)
    imageBytes = image.count
  }

  /// Whether label, group, split, method and compression are those of `other`.
  func describesSameVideo(as other: SampleRecord) -> Bool {
    label == other.label && group == other.group && split == other.split
      && method == other.method && compression == other.compression
  }

  /// The first thing that is wrong with the record's own values, or nil.
  ///
  /// - Parameter alignment: alignment of the store's crops; nil if that isn't known.
  func defect(alignment: CropGeometry.Alignment?) -> String? {
    if let landmarks, landmarks.count != Self.landmarkCount {
      return "expected \(Self.landmarkCount) landmarks, got \(landmarks.count)"
    }
    if let alignment, (landmarks == nil) != (alignment == .whole) {
      return alignment == .whole
        ? "expected no landmarks, in a store of whole pictures"
        : "expected \(Self.landmarkCount) landmarks, got none"
    }
    let numbers =
      [timestampSeconds ?? 0, score, box.x, box.y, box.width, box.height]
      + (landmarks ?? []).flatMap { [$0.x, $0.y] }
    guard numbers.allSatisfy(\.isFinite) else {
      return "the time, score, box or landmarks are not finite"
    }
    guard box.width >= 0, box.height >= 0 else {
      return "the box has a negative size: \(box.width) x \(box.height)"
    }
    guard (1...RecordCoding.maximumImageBytes).contains(imageBytes) else {
      return "the image has \(imageBytes) bytes, expected 1...\(RecordCoding.maximumImageBytes)"
    }
    return nil
  }
}
