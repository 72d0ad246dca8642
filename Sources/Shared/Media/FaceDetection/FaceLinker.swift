package import Contract

/// A track that is kept: the pictures of one person.
package struct KeptTrack: Sendable, Equatable {
  /// The number that `FaceTracker.process` gave the track.
  package let provisionalTrack: Int
  /// The final number: 0 for the person who appeared first, without gaps.
  package let track: Int
  /// Number of pictures in which the person was found.
  package let frameCount: Int
  /// Mean score of the faces.
  package let meanScore: Float
}

/// Links the faces of successive pictures to tracks, one per person. Deterministic: the same faces
/// give the same tracks.
///
/// A face continues the track whose predicted position and size it fits best. Positions are
/// predicted from each track's velocity, so that people who cross keep their numbers.
package struct FaceLinker: Sendable {
  /// The rules for linking faces and for keeping tracks.
  package let settings: TrackSettings

  private var tracks: [Track] = []
  private var pictureCount = 0

  package init(settings: TrackSettings = TrackSettings()) {
    self.settings = settings
  }

  /// What is known about a person.
  private struct Track {
    var box: FaceBox
    var lastIndex: Int
    /// Movement of the centre per picture, in pixels.
    var velocity = SIMD2<Float>(0, 0)
    var frameCount = 1
    var scoreSum: Float
    var sideSum: Float

    /// The expected box of the face. An old velocity is a poor guess, so it counts for two pictures
    /// at most.
    func prediction(at index: Int) -> FaceBox {
      box.moved(by: velocity * Float(min(2, max(0, index - lastIndex))))
    }

    var meanScore: Float { scoreSum / Float(frameCount) }

    var meanSide: Float { sideSum / Float(frameCount) }

    mutating func append(_ face: DetectedFace, index: Int) {
      let movement = (face.box.center - box.center) / Float(max(1, index - lastIndex))
      // The mean with the velocity so far: the last movement alone predicts the next one poorly.
      velocity = (velocity + movement) * 0.5
      box = face.box
      lastIndex = index
      frameCount += 1
      scoreSum += face.score
      sideSum += face.box.side
    }
  }

  /// The tracks whose faces were found in the picture before `index` or have been missing for at
  /// most `maximumGap` pictures: the expected box, and whether the face was found in the picture
  /// before.
  func expected(at index: Int) -> [(track: Int, box: FaceBox, wasFound: Bool)] {
    tracks.indices.compactMap { number in
      let gap = index - tracks[number].lastIndex
      guard gap <= settings.maximumGap + 1 else { return nil }
      return (number, tracks[number].prediction(at: index), gap <= 1)
    }
  }

  /// Links the faces of the picture with number `index`.
  ///
  /// - Parameter index: number of the picture among those searched; increases from call to call.
  /// - Returns: the track of each face. A track never gets two faces of a picture.
  package mutating func link(_ faces: [DetectedFace], index: Int) -> [Int] {
    pictureCount += 1
    let linked = assignment(of: faces, index: index)
    return faces.indices.map { face in
      if let track = linked[face] {
        tracks[track].append(faces[face], index: index)
        return track
      }
      tracks.append(
        Track(
          box: faces[face].box, lastIndex: index, scoreSum: faces[face].score,
          sideSum: faces[face].box.side))
      return tracks.count - 1
    }
  }

  /// The track that each face continues, if any; the pairs that fit best are linked first.
  private func assignment(of faces: [DetectedFace], index: Int) -> [Int: Int] {
    var pairs: [(cost: Float, face: Int, track: Int)] = []
    for expected in expected(at: index) {
      for face in faces.indices {
        let gap = Float(index - tracks[expected.track].lastIndex)
        if let cost = Self.cost(expected.box, faces[face].box, gap: gap) {
          pairs.append((cost, face, expected.track))
        }
      }
    }
    pairs.sort { ($0.cost, $0.track, $0.face) < ($1.cost, $1.track, $1.face) }
    var linked: [Int: Int] = [:]
    var taken: Set<Int> = []
    for pair in pairs where linked[pair.face] == nil && !taken.contains(pair.track) {
      linked[pair.face] = pair.track
      taken.insert(pair.track)
    }
    return linked
  }

  /// How badly a face fits an expected box; nil if it is too far away, or its size too different,
  /// to be the same person.
  private static func cost(_ expected: FaceBox, _ found: FaceBox, gap: Float) -> Float? {
    let size = (expected.side + found.side) / 2
    let ratio = max(expected.side, found.side) / max(1, min(expected.side, found.side))
    let offset = expected.center - found.center
    let distance = (offset * offset).sum().squareRoot() / max(1, size)
    // Pictures are up to 0.4 s apart: a face moves by hardly more than its size.
    guard ratio < 2, distance < min(2, 0.8 + 0.2 * gap) else { return nil }
    return distance + 0.5 * (ratio - 1) + (1 - expected.intersectionOverUnion(found))
  }

  /// The tracks that are kept, in the order of appearance.
  package func finish() -> [KeptTrack] {
    let needed = max(1, min(settings.minimumFrames, pictureCount / 4))
    var kept = tracks.indices.filter { number in
      let track = tracks[number]
      let isLasting = 2 * track.frameCount >= pictureCount
      let allowance = isLasting ? TrackSettings.lastingTrackAllowance : 0
      return track.frameCount >= needed && track.meanScore >= settings.minimumScore - allowance
    }
    if settings.maximumTracks > 0, kept.count > settings.maximumTracks {
      kept.sort { first, second in
        let (one, other) = (tracks[first], tracks[second])
        return (other.frameCount, other.meanSide, first) < (one.frameCount, one.meanSide, second)
      }
      kept = kept.prefix(settings.maximumTracks).sorted()
    }
    return kept.enumerated().map { number, track in
      KeptTrack(
        provisionalTrack: track, track: number, frameCount: tracks[track].frameCount,
        meanScore: tracks[track].meanScore)
    }
  }
}
