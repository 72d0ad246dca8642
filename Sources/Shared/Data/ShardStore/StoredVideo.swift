/// The records that a store has of a finished video, without the pictures.
package struct StoredVideo: Sendable, Equatable {
  /// State and counts.
  package let record: VideoRecord
  /// The samples, by frame and face.
  package let samples: [SampleRecord]

  package init(record: VideoRecord, samples: [SampleRecord]) {
    self.record = record
    self.samples = samples
  }

  /// Takes the records of an extraction, ordered by frame and face.
  package init(_ extraction: VideoExtraction) {
    let samples = extraction.samples.sorted {
      ($0.record.frame, $0.face) < ($1.record.frame, $1.face)
    }
    self.init(record: extraction.record, samples: samples.map(\.record))
  }
}
