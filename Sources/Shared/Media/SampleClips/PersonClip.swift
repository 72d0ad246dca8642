internal import Foundation
internal import Imaging
internal import MediaDecoding
internal import Randomness

/// The side of the data set's own split that a clip belongs to; also the name of its folder.
package enum SampleSide: String, Sendable, CaseIterable {
  case train
  case validation

  /// The side of portrait `index` of `count`: the last third (at least one) is for validation. All
  /// people derived from a portrait are on its side, so that no part of a face is on both sides.
  package init(ofPortrait index: Int, of count: Int) {
    self = index >= count - max(count / 3, 1) ? .validation : .train
  }
}

/// One clip of a derived person in front of a moving camera, genuine or with a manipulated face.
package struct PersonClip: Sendable {
  /// Index of the portrait that the person is derived from.
  package let portrait: Int
  /// Number of the person among those of this portrait, from 0.
  package let person: Int
  /// Index of the scene, from 0.
  package let take: Int
  package let isFake: Bool
  package let side: SampleSide

  /// The clips of `people` people per portrait in `takes` scenes each, genuine and manipulated.
  package static func all(portraits: Int, people: Int, takes: Int) -> [PersonClip] {
    (0..<portraits).flatMap { portrait in
      (0..<people).flatMap { person in
        (0..<takes).flatMap { take in
          [false, true].map {
            PersonClip(
              portrait: portrait, person: person, take: take, isFake: $0,
              side: SampleSide(ofPortrait: portrait, of: portraits))
          }
        }
      }
    }
  }

  private static let framesPerSecond = 25.0

  /// Sizes of the clips, by take: wide, upright.
  private static let sizes = [(width: 384, height: 288), (width: 288, height: 384)]

  /// Writes the clip below `folder`: `<side>/real/<person>/take<n>.mp4` or
  /// `<side>/fake/<person>/take<n>.mp4`. The same portraits and seed give the same file.
  package func write(
    of portraits: [SamplePortrait], into folder: String, seconds: Double, seed: UInt64
  ) throws(SampleClipsError) {
    var film = try PersonFilm(self, of: portraits, seed: seed)
    let size = Self.sizes[take % Self.sizes.count]
    let camera = CameraPath(
      phase: film.scene.cameraPhase, center: FaceCanvas.pixels(of: SIMD2(0.5, 0.6)),
      faceWidth: FaceCanvas.unitPixels * 0.6,
      scale: FaceCanvas.unitPixels * 1.3 / (0.45 * Double(min(size.width, size.height))))
    var options = ClipWriter.Options()
    options.framesPerSecond = Self.framesPerSecond
    options.constantRateFactor = film.scene.constantRateFactor
    options.preset = .veryfast
    try ClipFile.write(
      "\(folder)/\(side.rawValue)/\(isFake ? "fake" : "real")/\(film.person.name)/take\(take + 1).mp4",
      width: size.width, height: size.height,
      frameCount: max(Int((seconds * Self.framesPerSecond).rounded()), 1), options: options
    ) { frame, moment in
      film.picture(frame).warped(
        width: size.width, height: size.height,
        by: camera.transform(at: moment, width: size.width, height: size.height))
    }
  }
}

/// The frames of a clip, before the camera's movement is applied.
struct PersonFilm {
  let person: SamplePerson
  let scene: SampleScene
  /// The person in the scene, a picture of `FaceCanvas`.
  let genuine: PixelBuffer
  private let isFake: Bool
  private var random: RandomStream
  /// The manipulation of the latest frame; nil in a genuine clip.
  private(set) var blend: FaceBlend?

  /// Number of frames after which a new manipulation is drawn.
  static let framesPerBlend = 3

  init(
    _ clip: PersonClip, of portraits: [SamplePortrait], seed: UInt64
  ) throws(SampleClipsError) {
    let portrait = portraits[clip.portrait]
    func stream(_ purpose: UInt64) -> RandomStream {
      RandomStream(
        seed: seed, .sampleClips, UInt64(clip.portrait), UInt64(clip.person), UInt64(clip.take) + 1,
        purpose)
    }
    person = SamplePerson(clip.person, of: portrait, at: clip.portrait, seed: seed)
    // The genuine and the manipulated clip of a take are filmed in the same scene.
    var sceneRandom = stream(0)
    scene = SampleScene(&sceneRandom)
    genuine = try person.picture(of: portrait, in: scene, &sceneRandom)
    isFake = clip.isFake
    random = stream(1)
  }

  /// The next frame. To be called for the frames in their order, from 0.
  mutating func picture(_ frame: Int) -> PixelBuffer {
    guard isFake else { return genuine }
    var picture = genuine
    // Methods that treat every frame by itself flicker, some more than others.
    let blend =
      frame % Self.framesPerBlend == 0 ? FaceBlend(&random) : blend ?? FaceBlend(&random)
    blend.apply(to: &picture)
    self.blend = blend
    return picture
  }
}
