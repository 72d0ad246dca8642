import Contract
import Foundation
import Imaging
import TestSupport
import Testing

@testable import MediaDecoding

/// A clip that was rewritten, and what was drawn on.
struct Annotated {
  var summary: AnnotatedClip.Summary
  var drawn: [DeliveredPicture]
}

/// Rewrites a clip, keeps the pictures as `draw` gets them, and calls it.
@discardableResult
func annotate(
  _ input: String, _ output: String, framesPerSecond: Double? = nil,
  constantRateFactor: Double = 6, draw: (inout PixelBuffer, Int) throws -> Void = { _, _ in }
) throws -> Annotated {
  var options = AnnotatedClip.Options()
  options.constantRateFactor = constantRateFactor
  options.framesPerSecond = framesPerSecond
  var drawn: [DeliveredPicture] = []
  let summary = try AnnotatedClip.write(
    from: input, to: output, pixels: PixelInterpretation(), options: options
  ) { picture, index, seconds in
    drawn.append(
      DeliveredPicture(index: index, timestampSeconds: seconds ?? -1, picture: picture))
    try draw(&picture, index)
  }
  return Annotated(summary: summary, drawn: drawn)
}

/// All pictures of a clip.
func allDecoded(_ path: String) throws -> [DeliveredPicture] {
  var pictures: [DeliveredPicture] = []
  _ = try VideoReader(path: path).decodeAllFrames { frame in
    pictures.append(
      DeliveredPicture(
        index: frame.index, timestampSeconds: try #require(frame.timestampSeconds),
        picture: try frame.picture()))
  }
  return pictures
}

/// Expects that a clip's pictures have the indices and times of another one's.
func expectSameTimes(_ output: String, as input: String) throws {
  let (written, original) = (try allDecoded(output), try allDecoded(input))
  #expect(written.map(\.index) == original.map(\.index))
  for (one, other) in zip(written, original) {
    #expect(abs(one.timestampSeconds - other.timestampSeconds) < 1e-9)
  }
  let seconds = try [output, input].map {
    try #require(try VideoReader(path: $0).information.durationSeconds)
  }
  #expect(abs(seconds[0] - seconds[1]) < 0.05, "\(seconds)")
}

/// Irregular presentation times in seconds.
let irregularTimes = [0, 0.04, 0.05, 0.2, 0.21, 0.6, 0.64, 0.68, 1.5, 1.51, 2, 2.25]

extension CommandLineTool {
  /// What a program writes, as lines.
  func lines(_ arguments: [String]) throws -> [String] {
    String(decoding: try run(arguments), as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
