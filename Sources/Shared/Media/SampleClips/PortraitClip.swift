internal import FaceDetection
internal import Foundation
internal import Imaging
internal import MediaDecoding

/// One clip to make of a portrait: a person in front of a moving camera, as they are or with somebody
/// else's face put on.
package struct PortraitClip: Sendable {
  /// Position of the person among the portraits.
  var person: Int
  /// Whose face is put on; nil for a genuine clip.
  var donor: Int?
  /// Which of several camera movements.
  var take: Int

  /// Every person in `takes` genuine clips, and once with everybody else's face.
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

  /// Makes the clip below `folder`: `real/<person>/take<n>.mp4` or
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
