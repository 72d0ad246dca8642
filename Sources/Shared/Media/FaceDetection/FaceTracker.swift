package import Contract
package import Imaging

/// A face and the track that it belongs to, as far as is known before the end of the video.
package struct TrackedFace: Sendable, Equatable {
  package let face: DetectedFace
  /// Its track; `FaceTracker.finish` tells which tracks are kept, and under which number.
  package let provisionalTrack: Int

  package init(face: DetectedFace, provisionalTrack: Int) {
    self.face = face
    self.provisionalTrack = provisionalTrack
  }
}

/// Follows the faces of one video through its sampled pictures.
///
/// A whole picture is searched every `fullSearchInterval` pictures, while no face is known, and
/// when a face is no longer found near its last position; otherwise only the surroundings of the
/// known faces are searched. The answer depends on the pictures only, so the same video gives the
/// same tracks.
///
/// Not Sendable: uses a worker's `FaceSearcher`.
package final class FaceTracker {
  private let searcher: FaceSearcher
  private var linker: FaceLinker
  private var picturesUntilFullSearch = 0
  private var picturesUntilThoroughSearch = 0

  /// Creates a tracker for one video.
  ///
  /// - Parameter searcher: the worker's searcher; it keeps no state of a video.
  /// - Throws: `FaceDetectionError` if a setting is invalid.
  package init(
    searcher: FaceSearcher, settings: TrackSettings = TrackSettings()
  ) throws(FaceDetectionError) {
    try FaceDetectionError.check(settings)
    self.searcher = searcher
    linker = FaceLinker(settings: settings)
  }

  /// Finds the faces of the next picture and links them to those before.
  ///
  /// - Parameters:
  ///   - picture: a sampled picture.
  ///   - index: its number among the sampled pictures; increases from call to call.
  /// - Returns: the faces, the largest first, each with its provisional track.
  package func process<Picture: FramePicture>(
    _ picture: Picture, index: Int
  ) throws(Picture.Failure) -> [TrackedFace] {
    let faces = try faces(in: picture, index: index)
    let tracks = linker.link(faces, index: index)
    return zip(faces, tracks).map { TrackedFace(face: $0, provisionalTrack: $1) }
  }

  /// The tracks that are kept, renumbered in the order of appearance. Faces of other provisional
  /// tracks must be dropped.
  package func finish() -> [KeptTrack] {
    linker.finish()
  }

  private func faces<Picture: FramePicture>(
    in picture: Picture, index: Int
  ) throws(Picture.Failure) -> [DetectedFace] {
    let expected = linker.expected(at: index)
    if picturesUntilFullSearch > 0, expected.contains(where: \.wasFound) {
      let faces = try searcher.search(picture, near: expected.map(\.box))
      var trial = linker
      let linked = Set(trial.link(faces, index: index))
      if expected.allSatisfy({ !$0.wasFound || linked.contains($0.track) }) {
        picturesUntilFullSearch -= 1
        return faces
      }
    }
    picturesUntilFullSearch = searcher.settings.fullSearchInterval - 1
    // A thorough search is expensive, and a video without faces would have one per picture.
    let isThorough = picturesUntilThoroughSearch <= 0
    let faces = try searcher.search(picture, thorough: isThorough)
    picturesUntilThoroughSearch =
      faces.isEmpty && !isThorough
      ? picturesUntilThoroughSearch - 1 : searcher.settings.fullSearchInterval
    return faces
  }
}
