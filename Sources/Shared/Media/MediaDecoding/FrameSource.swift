package import Contract
internal import Glibc

/// Where the pictures of a video come from: a file, or a folder with a file for each.
package protocol FrameSource: AnyObject {
  /// What is known of the video; of its pictures more once one is delivered.
  var information: VideoInformation { get }

  /// Seconds that a header claims where it claims more than can be read; nil where it doesn't.
  var claimedDurationSeconds: Double? { get }

  /// Decodes `count` pictures, evenly spaced, and gives them to `body` in order of presentation; all
  /// where there are fewer. An error of `body` ends decoding and is thrown.
  ///
  /// - Precondition: `count` is positive.
  func decodeFrames(
    count: Int, isCancelled: () -> Bool, _ body: (VideoFrame) throws -> Void
  ) throws -> VideoReader.Report

  /// Decodes every picture and gives all to `body` in order of presentation, with the same indices
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
///   - pixels: what the pixels of a picture mean.
///   - framesPerSecond: of the frames in a folder; nil where that isn't known. Of no meaning for a
///     file.
///   - skipsUnneededFrames: leave out what the chosen pictures don't need.
///   - isCancelled: asked between packets.
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
