package import FaceDetection
internal import Foundation
package import Imaging
internal import MediaDecoding

/// A portrait and the face in it.
package struct SamplePortrait: Sendable {
  /// The file's name without its extension.
  package let person: String
  package let picture: PixelBuffer
  package let face: DetectedFace

  /// Reads a portrait and finds its largest face.
  package init(path: String, detector: MTCNN) throws {
    let picture = Self.reduced(try Self.read(path))
    guard
      let face = detector.detect(in: picture).max(by: { $0.box.area < $1.box.area })
    else { throw SampleClipError.noFace(path) }
    person = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    self.picture = picture
    self.face = face
  }

  private static func read(_ path: String) throws -> PixelBuffer {
    let name = path.lowercased()
    if name.hasSuffix(".jpg") || name.hasSuffix(".jpeg") {
      return try JPEG.decode([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
    }
    var pictures: [PixelBuffer] = []
    _ = try VideoReader(path: path).decodeFrames(count: 1) { pictures.append(try $0.picture()) }
    guard let picture = pictures.first else { throw SampleClipError.noFace(path) }
    return picture
  }

  /// A portrait of at most `maximumShortSide`: more than a clip shows costs time only.
  private static func reduced(_ picture: PixelBuffer) -> PixelBuffer {
    let scale = Double(maximumShortSide) / Double(min(picture.width, picture.height))
    guard scale < 1 else { return picture }
    return picture.reduced(
      width: Int((Double(picture.width) * scale).rounded()),
      height: Int((Double(picture.height) * scale).rounded()))
  }

  private static let maximumShortSide = 640
}

/// Why sample clips can't be made.
package enum SampleClipError: Error, CustomStringConvertible {
  case noFace(String)

  package var description: String {
    switch self {
    case .noFace(let path): "\(path): no face found; a portrait with one clear face is needed"
    }
  }
}

/// One clip to make: a person in front of a moving camera, as they are or with a face put on.
package struct SampleClip: Sendable {
  /// Position of the person among the portraits.
  var person: Int
  /// Whose face is put on, perhaps their own; nil for a genuine clip.
  var donor: Int?
  /// Which of several camera movements.
  var take: Int

  /// Every person in `clipsPerPerson` genuine clips, and in as many with their own face, mirrored and
  /// put on again: who is seen says nothing about genuine or not.
  package static func selfSwaps(of count: Int, clipsPerPerson: Int) -> [SampleClip] {
    (0..<count).flatMap { person in
      (0..<clipsPerPerson).flatMap { take in
        [nil, person].map { SampleClip(person: person, donor: $0, take: take) }
      }
    }
  }

  /// Every person in `clipsPerPerson` genuine clips, and with everybody else's face.
  package static func all(of count: Int, clipsPerPerson: Int) -> [SampleClip] {
    (0..<count).flatMap { person in
      (0..<clipsPerPerson).map { SampleClip(person: person, donor: nil, take: $0) }
        + (0..<count).filter { $0 != person }.enumerated().map {
          SampleClip(person: person, donor: $1, take: $0)
        }
    }
  }

  private static let framesPerSecond = 25.0

  /// Sizes of the clips, by take: wide, upright.
  private static let sizes = [(width: 640, height: 480), (width: 480, height: 640)]

  /// Makes the clip below `folder`: `real/<person>/<take>.mp4` or
  /// `fake/<person>/<donor>-<take>.mp4`.
  package func write(of people: [SamplePortrait], into folder: String, seconds: Double) throws {
    let target = people[person]
    var picture = target.picture
    var name = "real/\(target.person)/take\(take + 1)"
    if let donor {
      let isOwn = donor == person
      picture = try FaceSwap.picture(
        of: target, withFaceOf: people[donor], isMirrored: isOwn,
        facePixels: isOwn ? 96 + 32 * take : 320)
      name = "fake/\(target.person)/\(isOwn ? "self" : people[donor].person)-take\(take + 1)"
    }
    let path = folder + "/" + name + ".mp4"
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: path).deletingLastPathComponent(),
      withIntermediateDirectories: true)
    let size = Self.sizes[take % Self.sizes.count]
    let frameCount = max(Int((seconds * Self.framesPerSecond).rounded()), 1)
    var options = ClipWriter.Options()
    options.framesPerSecond = Self.framesPerSecond
    let writer = try ClipWriter(
      path: path, width: size.width, height: size.height, options: options)
    for frame in 0..<frameCount {
      let moment = Double(frame) / Double(frameCount)
      try writer.append(
        picture.warped(
          width: size.width, height: size.height,
          by: camera(on: target.face, at: moment, width: size.width, height: size.height)))
    }
    try writer.finish()
  }

  /// Where the camera looks at a moment 0...1 of the clip: the face fills about 40% of the height, and
  /// the camera sways, turns and comes nearer.
  private func camera(
    on face: DetectedFace, at moment: Double, width: Int, height: Int
  ) -> SimilarityTransform {
    let phase = Double(person * 3 + take * 2 + (donor ?? 7)) * 0.7
    let turn = 2 * Double.pi * moment
    let scale =
      Double(face.box.height) / (0.4 * Double(height)) * (1 + 0.12 * sin(turn + phase))
    let angle = 0.12 * sin(turn * 1.5 + phase * 2)
    let sway = Double(face.box.width) * 0.25
    let x = Double(face.box.center.x) + sway * sin(turn + phase * 3)
    let y = Double(face.box.center.y) + sway * 0.5 * cos(turn * 2 + phase)
    let a = scale * cos(angle)
    let b = scale * sin(angle)
    let (halfWidth, halfHeight) = (Double(width) / 2, Double(height) / 2)
    return SimilarityTransform(
      a: a, b: b, tx: x - (a * halfWidth - b * halfHeight),
      ty: y - (b * halfWidth + a * halfHeight))
  }
}
