internal import MediaDecoding

/// CPU seconds per stage of an extraction.
package struct StageTimes: Sendable, Equatable {
  /// Reading packets from the file.
  package var demux = 0.0
  /// Decoding pictures.
  package var decode = 0.0
  /// Converting the needed pixels to RGB.
  package var convert = 0.0
  /// Finding and tracking faces.
  package var detect = 0.0
  /// Cutting out and aligning the faces.
  package var align = 0.0
  /// Writing JPEG files.
  package var encode = 0.0

  package init() {}

  /// The stages by name, in the order of the work.
  package var stages: [(name: String, seconds: Double)] {
    [
      ("demux", demux), ("decode", decode), ("convert", convert), ("detect", detect),
      ("align", align), ("encode", encode),
    ]
  }

  /// Adds the times of reading and decoding a video.
  mutating func add(_ report: VideoReader.Report) {
    demux += report.demuxSeconds
    decode += report.decodeSeconds
    convert += report.convertSeconds
  }

  /// Adds another video's times.
  package static func += (left: inout StageTimes, right: StageTimes) {
    left.demux += right.demux
    left.decode += right.decode
    left.convert += right.convert
    left.detect += right.detect
    left.align += right.align
    left.encode += right.encode
  }
}
