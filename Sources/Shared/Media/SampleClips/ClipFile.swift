internal import Foundation
internal import Imaging
internal import MediaDecoding

/// Writes a clip's pictures one by one, so that no more than one is in memory.
enum ClipFile {
  /// Makes the folders that are missing and writes the clip at `path`.
  ///
  /// - Parameter picture: the frame at a moment 0..<1 of the clip.
  static func write(
    _ path: String, width: Int, height: Int, frameCount: Int, options: ClipWriter.Options,
    picture: (_ frame: Int, _ moment: Double) throws -> PixelBuffer
  ) throws(SampleClipsError) {
    do {
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(),
        withIntermediateDirectories: true)
      let writer = try ClipWriter(path: path, width: width, height: height, options: options)
      for frame in 0..<frameCount {
        try writer.append(try picture(frame, Double(frame) / Double(frameCount)))
      }
      try writer.finish()
    } catch let error as SampleClipsError {
      throw error
    } catch {
      throw SampleClipsError(.unwritableClip, path, "the clip can't be written", cause: error)
    }
  }
}

/// The path of a camera that sways, rotates and zooms while it films a face.
struct CameraPath {
  /// Phase of the movement in radians; differs from path to path.
  var phase: Double
  /// Middle of the face in pixels of the picture.
  var center: SIMD2<Double>
  /// Width of the face in pixels of the picture.
  var faceWidth: Double
  /// Pixels of the picture per pixel of the clip, on average.
  var scale: Double

  /// Takes coordinates of the clip to those of the picture at a moment 0...1 of the clip.
  func transform(at moment: Double, width: Int, height: Int) -> SimilarityTransform {
    let turn = 2 * Double.pi * moment
    let scale = scale * (1 + 0.12 * sin(turn + phase))
    let angle = 0.12 * sin(turn * 1.5 + phase * 2)
    let sway = faceWidth * 0.25
    let x = center.x + sway * sin(turn + phase * 3)
    let y = center.y + sway * 0.5 * cos(turn * 2 + phase)
    let a = scale * cos(angle)
    let b = scale * sin(angle)
    let (halfWidth, halfHeight) = (Double(width) / 2, Double(height) / 2)
    return SimilarityTransform(
      a: a, b: b, tx: x - (a * halfWidth - b * halfHeight),
      ty: y - (b * halfWidth + a * halfHeight))
  }
}
