internal import FaceDetection
internal import Foundation
internal import Imaging
internal import MediaDecoding

/// One clip of a portrait: a person in front of a moving camera, genuine or with another person's
/// face.
package struct PortraitClip: Sendable {
  /// Index of the person's portrait.
  var person: Int
  /// Index of the portrait whose face is blended in; nil for a genuine clip.
  var donor: Int?
  /// Index of the camera movement, from 0.
  var take: Int

  /// For every person, `takes` genuine clips and one clip with the face of each other person.
  package static func all(of count: Int, takes: Int) -> [PortraitClip] {
    (0..<count).flatMap { person in
      (0..<takes).map { PortraitClip(person: person, donor: nil, take: $0) }
        + (0..<count).filter { $0 != person }.enumerated().map {
          PortraitClip(person: person, donor: $1, take: $0)
        }
    }
  }

  private static let framesPerSecond = 25.0

  /// Sizes of the clips, by take: wide, upright.
  private static let sizes = [(width: 640, height: 480), (width: 480, height: 640)]

  /// Writes the clip below `folder`: `real/<person>/take<n>.mp4` or
  /// `fake/<person>/<donor>-take<n>.mp4`.
  package func write(
    of portraits: [SamplePortrait], into folder: String, seconds: Double
  ) throws(SampleClipsError) {
    let target = portraits[person]
    var picture = target.picture
    var name = "real/\(target.person)/take\(take + 1)"
    if let donor {
      picture = try FaceSwap.picture(of: target, withFaceOf: portraits[donor])
      name = "fake/\(target.person)/\(portraits[donor].person)-take\(take + 1)"
    }
    let size = Self.sizes[take % Self.sizes.count]
    var options = ClipWriter.Options()
    options.framesPerSecond = Self.framesPerSecond
    let camera = camera(on: target.face, height: size.height)
    try ClipFile.write(
      folder + "/" + name + ".mp4", width: size.width, height: size.height,
      frameCount: max(Int((seconds * Self.framesPerSecond).rounded()), 1), options: options
    ) { _, moment in
      picture.warped(
        width: size.width, height: size.height,
        by: camera.transform(at: moment, width: size.width, height: size.height))
    }
  }

  /// The face fills about 40% of the height.
  private func camera(on face: DetectedFace, height: Int) -> CameraPath {
    CameraPath(
      phase: Double(person * 3 + take * 2 + (donor ?? 7)) * 0.7,
      center: SIMD2<Double>(face.box.center), faceWidth: Double(face.box.width),
      scale: Double(face.box.height) / (0.4 * Double(height)))
  }
}
