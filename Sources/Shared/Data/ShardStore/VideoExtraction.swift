internal import Contract
import Files
package import VideoCatalog

/// A crop that is to be stored.
package struct FaceSample: Sendable, Equatable {
  /// Index of the face among those of its frame, 0...99.
  package let face: Int

  /// The crop's record.
  package let record: SampleRecord

  /// The crop: a complete JPEG file.
  package let image: [UInt8]

  /// Creates a sample of `video`; checksum and length are taken from `image`.
  package init(
    video: CatalogVideo, frame: Int, face: Int, timestampSeconds: Double?, box: SampleRecord.Box,
    landmarks: [SampleRecord.Point]?, track: Int, score: Double, facesFrom: String? = nil,
    image: [UInt8]
  ) {
    self.face = face
    self.image = image
    record = SampleRecord(
      video: video, frame: frame, timestampSeconds: timestampSeconds, box: box,
      landmarks: landmarks, track: track, score: score, facesFrom: facesFrom, image: image)
  }
}

/// The result of the extraction of one video; stored as a whole or not at all.
package struct VideoExtraction: Sendable, Equatable {
  /// Name of the video: its identity in the store.
  package let name: String

  /// State and counts.
  package let record: VideoRecord

  /// The crops, in any order. None for a failed video.
  package let samples: [FaceSample]

  /// A video that was extracted. The count of images is that of `samples`.
  package static func done(
    _ video: CatalogVideo, samples: [FaceSample], facts: VideoRecord.Facts, notes: [String] = []
  ) -> VideoExtraction {
    VideoExtraction(
      name: video.name,
      record: .done(video, images: samples.count, facts: facts, notes: notes), samples: samples)
  }

  /// A video that could not be extracted.
  package static func failed(
    _ video: CatalogVideo, reason: String, facts: VideoRecord.Facts = .init(),
    notes: [String] = []
  ) -> VideoExtraction {
    VideoExtraction(
      name: video.name, record: .failed(video, reason: reason, facts: facts, notes: notes),
      samples: [])
  }

  private init(name: String, record: VideoRecord, samples: [FaceSample]) {
    self.name = name
    self.record = record
    self.samples = samples
  }
}

/// The bytes that a video's transaction writes: encoded and checked before anything is written.
struct EncodedVideo {
  struct Sample {
    let key: SampleKey
    let record: [UInt8]
    let image: [UInt8]
  }

  let name: [UInt8]
  let record: [UInt8]
  let samples: [Sample]

  /// - Parameter description: the description of the store.
  init(
    _ video: VideoExtraction, for description: StoreDescription
  ) throws(ShardStoreError) {
    try SampleKey.checkVideoName(video.name)
    if let defect = video.record.defect {
      throw ShardStoreError(.invalidVideo, subject: video.name, defect)
    }
    var samples: [Sample] = []
    samples.reserveCapacity(video.samples.count)
    for sample in video.samples {
      let key = try SampleKey(video: video.name, frame: sample.record.frame, face: sample.face)
      if let defect = sample.record.defect(alignment: description.geometry.alignment) {
        throw ShardStoreError(.invalidVideo, subject: key.description, defect)
      }
      guard Array(sample.record.video.utf8) == Array(video.name.utf8),
        video.record.describesSameVideo(as: sample.record)
      else {
        throw ShardStoreError(
          .invalidVideo, subject: key.description,
          "the sample is of another video: \(sample.record.video)")
      }
      let record = try RecordCoding.encode(sample.record, subject: key.description)
      samples.append(Sample(key: key, record: record, image: sample.image))
    }
    // In key order LMDB fills its pages from left to right, whatever order the crops came in.
    samples.sort { $0.key < $1.key }
    for (left, right) in zip(samples, samples.dropFirst()) where left.key == right.key {
      throw ShardStoreError(
        .invalidVideo, subject: left.key.description, "two samples have this key")
    }
    var checksum = CRC32()
    for sample in samples {
      checksum.update(sample.key.bytes)
      checksum.update(sample.record)
    }
    var record = video.record
    record.samplesCRC32 = checksum.value
    name = Array(video.name.utf8)
    self.record = try record.encoded(name: name, hasChecksum: description.hasProofs)
    self.samples = samples
  }
}
