package import Contract
package import Imaging
package import VideoCatalog

/// State and counts of one video: the value of its name in the database `videos`.
package struct VideoRecord: Codable, Sendable, Equatable {
  /// How the extraction of a video ended.
  package enum State: String, Codable, Sendable {
    /// All of its crops are stored; there may be none.
    case done
    /// It has no crops; `reason` says why. A later run may try again.
    case failed
  }

  /// What the extraction found in a video.
  package struct Facts: Sendable, Equatable {
    /// Duration by presentation time.
    package var durationSeconds: Double?
    /// Width of the displayed picture.
    package var widthPixels: Int?
    /// Height of the displayed picture.
    package var heightPixels: Int?
    /// Codec, e.g. `h264`.
    package var codec: String?
    /// Number of frames that were examined.
    package var framesSampled = 0
    /// Number of frames with at least one face.
    package var framesWithFace = 0
    /// Number of faces found.
    package var faces = 0
    /// Number of tracks kept.
    package var tracks = 0
    /// What the stream says about its pictures, and how that was interpreted.
    package var stream: StreamFacts?
    /// Size of the video's file; nil for a folder of pictures.
    package var sourceBytes: Int?
    /// Hashes of the chosen crops, see `PerceptualHash.chosenCrops`; nil for a crop without
    /// structure.
    package var looks: [PerceptualHash?]?

    package init(
      durationSeconds: Double? = nil, widthPixels: Int? = nil, heightPixels: Int? = nil,
      codec: String? = nil, framesSampled: Int = 0, framesWithFace: Int = 0, faces: Int = 0,
      tracks: Int = 0, stream: StreamFacts? = nil, sourceBytes: Int? = nil,
      looks: [PerceptualHash?]? = nil
    ) {
      self.durationSeconds = durationSeconds
      self.widthPixels = widthPixels
      self.heightPixels = heightPixels
      self.codec = codec
      self.framesSampled = framesSampled
      self.framesWithFace = framesWithFace
      self.faces = faces
      self.tracks = tracks
      self.stream = stream
      self.sourceBytes = sourceBytes
      self.looks = looks
    }
  }

  package let state: State
  /// Why the video failed; nil if it is done.
  package let reason: String?
  /// Oddities that did not stop the extraction, e.g. "12 corrupt packets".
  package let notes: [String]
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
  /// Name of the real video that a fake was made from; nil for real videos, if unknown, and in
  /// records of older software.
  package let original: String?
  /// The data set that it is from; nil if unknown, and in records of older software.
  package let dataset: String?
  /// Duration by presentation time, rounded to 1/1000000; nil if unknown.
  package let durationSeconds: Double?
  /// Width of the displayed picture; nil if unknown.
  package let widthPixels: Int?
  /// Height of the displayed picture; nil if unknown.
  package let heightPixels: Int?
  /// Codec, e.g. `h264`; nil if unknown.
  package let codec: String?
  /// Number of frames that were examined.
  package let framesSampled: Int
  /// Number of frames with at least one face.
  package let framesWithFace: Int
  /// Number of faces found.
  package let faces: Int
  /// Number of tracks kept.
  package let tracks: Int
  /// What the stream says about its pictures, and how that was interpreted; nil in records of older
  /// software, and if it isn't known.
  package let stream: StreamFacts?
  /// Size of the file that the video was read from; nil for a folder of pictures, and in records of
  /// older software. A file of the same name and another size is another video.
  package let sourceBytes: Int?
  /// Hashes of the chosen crops, see `PerceptualHash.chosenCrops`, by which copies are found
  /// without decoding a picture; nil in records of older software.
  package let looks: [PerceptualHash?]?
  /// Number of crops stored.
  package let images: Int
  /// CRC-32 over key and record of every sample, in key order, which the images' own checksums do
  /// not cover. The writer fills it in.
  package internal(set) var samplesCRC32: UInt32 = 0

  /// Creates the record of a video whose `images` crops are stored.
  package static func done(
    _ video: CatalogVideo, images: Int, facts: Facts, notes: [String] = []
  ) -> VideoRecord {
    VideoRecord(
      video, state: .done, reason: nil, images: images, facts: facts, notes: notes)
  }

  /// Creates the record of a video that could not be extracted.
  package static func failed(
    _ video: CatalogVideo, reason: String, facts: Facts = Facts(), notes: [String] = []
  ) -> VideoRecord {
    VideoRecord(
      video, state: .failed, reason: reason, images: 0, facts: facts, notes: notes)
  }

  private init(
    _ video: CatalogVideo, state: State, reason: String?, images: Int, facts: Facts,
    notes: [String]
  ) {
    self.state = state
    self.reason = reason
    self.notes = notes
    label = video.label
    group = video.group
    split = video.split
    method = video.method
    compression = video.compression
    original = video.original
    dataset = video.dataset
    durationSeconds = facts.durationSeconds.map(Rounding.millionths)
    widthPixels = facts.widthPixels
    heightPixels = facts.heightPixels
    codec = facts.codec
    framesSampled = facts.framesSampled
    framesWithFace = facts.framesWithFace
    faces = facts.faces
    tracks = facts.tracks
    stream = facts.stream
    sourceBytes = facts.sourceBytes
    looks = facts.looks
    self.images = images
  }

  /// The first thing that is wrong with the record's own values, or nil.
  var defect: String? {
    if let durationSeconds, !durationSeconds.isFinite { return "the duration is not finite" }
    if let rate = stream?.framesPerSecond, !rate.isFinite { return "the frame rate is not finite" }
    switch state {
    case .done:
      return reason == nil ? nil : "a finished video has a reason of failure"
    case .failed:
      if reason == nil { return "a failed video has no reason" }
      return images == 0 ? nil : "a failed video counts \(images) images"
    }
  }

  /// Whether label, group, split, method and compression are those of `sample`.
  func describesSameVideo(as sample: SampleRecord) -> Bool {
    label == sample.label && group == sample.group && split == sample.split
      && method == sample.method && compression == sample.compression
  }
}
