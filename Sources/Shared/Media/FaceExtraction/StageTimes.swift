internal import MediaDecoding

/// CPU seconds by stage of the way from a file to crops.
public struct StageTimes: Sendable, Equatable {
  /// Reading packets from the file.
  public var demux = 0.0
  /// Decoding pictures.
  public var decode = 0.0
  /// Converting what is looked at to RGB.
  public var convert = 0.0
  /// Finding and tracking faces.
  public var detect = 0.0
  /// Cutting out and turning the faces.
  public var align = 0.0
  /// Writing JPEG files.
  public var encode = 0.0

  /// Nothing done yet.
  public init() {}

  /// The stages by name, in the order of the work.
  public var stages: [(name: String, seconds: Double)] {
    [
      ("demux", demux), ("decode", decode), ("convert", convert), ("detect", detect),
      ("align", align), ("encode", encode),
    ]
  }

  /// Adds what reading and decoding a video cost.
  mutating func add(_ report: VideoReader.Report) {
    demux += report.demuxSeconds
    decode += report.decodeSeconds
    convert += report.convertSeconds
  }

  /// Adds another video's times.
  public static func += (left: inout StageTimes, right: StageTimes) {
    left.demux += right.demux
    left.decode += right.decode
    left.convert += right.convert
    left.detect += right.detect
    left.align += right.align
    left.encode += right.encode
  }
}
