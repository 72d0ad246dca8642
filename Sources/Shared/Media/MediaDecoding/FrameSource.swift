package import Contract
internal import Glibc

/// The source of a video's pictures: a file, or a folder with a file for each picture.
package protocol FrameSource: AnyObject {
  /// What is known about the video; more is known about its pictures once one is delivered.
  var information: VideoInformation { get }

  /// Duration in seconds that a header claims, if it is longer than what can be read; nil
  /// otherwise.
  var claimedDurationSeconds: Double? { get }

  /// Decodes `count` pictures, evenly spaced, and passes them to `body` in order of presentation;
  /// all, if there are fewer. An error of `body` ends decoding and is thrown.
  ///
  /// - Precondition: `count` is positive.
  func decodeFrames(
    count: Int, isCancelled: () -> Bool, _ body: (VideoFrame) throws -> Void
  ) throws -> VideoReader.Report

  /// Decodes every picture and passes all to `body` in order of presentation, with the same indices
  /// and times as `decodeFrames`. An error of `body` ends decoding and is thrown.
  func decodeAllFrames(
    isCancelled: () -> Bool, _ body: (VideoFrame) throws -> Void
  ) throws -> VideoReader.Report
}

extension VideoReader: FrameSource {}

/// Opens a video, whatever its form: a file, a picture, or a folder of numbered pictures.
///
/// - Parameters:
///   - path: path of a local file or folder.
///   - pixels: how pictures are interpreted.
///   - framesPerSecond: frame rate of a folder of pictures; nil if unknown. Unused for a file.
///   - skipsUnneededFrames: whether to skip what the chosen pictures don't need.
///   - isCancelled: called between packets.
package func openFrames(
  path: String, pixels: PixelInterpretation, framesPerSecond: Double? = nil,
  skipsUnneededFrames: Bool = true, isCancelled: () -> Bool = { false }
) throws(MediaError) -> any FrameSource {
  var status = stat()
  if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
    return try FrameFolder(path: path, pixels: pixels, framesPerSecond: framesPerSecond)
  }
  return try VideoReader(
    path: path, pixels: pixels, skipsUnneededFrames: skipsUnneededFrames, isCancelled: isCancelled)
}
