internal import FaceDetection
internal import MediaDecoding

/// Decides which of the found faces is the expected one.
enum Confirmation {
  /// Smallest overlap of the boxes (intersection over union).
  static let minimumOverlap: Float = 0.5
  /// Largest mean distance of the landmarks, as a share of the face's side: a swapped face has
  /// other proportions, but looks in the same direction.
  static let maximumDistance: Float = 0.15

  /// Faces with a lower score are searched for in their surroundings, which finds the best square
  /// for the networks.
  static let sufficientScore: Float = 0.99

  /// The found face that fits the expected one best; nil if none fits.
  static func face(_ expected: DetectedFace, among found: [DetectedFace]) -> DetectedFace? {
    found.filter {
      expected.box.intersectionOverUnion($0.box) >= minimumOverlap
        && distance(expected, $0) <= maximumDistance
    }.min { distance(expected, $0) < distance(expected, $1) }
  }

  /// Mean distance of two faces' landmarks, as a share of the first one's side.
  static func distance(_ face: DetectedFace, _ other: DetectedFace) -> Float {
    let distances = zip(face.landmarks.points, other.landmarks.points).map { one, two in
      ((one - two) * (one - two)).sum().squareRoot()
    }
    return distances.reduce(0, +) / Float(distances.count) / max(1, face.box.side)
  }
}

/// Looks for the faces of a fake at the positions of its original's faces.
///
/// The answer of the detector's last network depends on the square that it sees. A search finds the
/// best square; until the next search the square is assumed to keep its position relative to the
/// original's box.
struct FaceFollower {
  private let searcher: FaceSearcher

  /// For each track, the best square relative to the original's box: the offset of its centre and
  /// its side, in units of the box's longer side.
  private var squares: [Int: (offset: SIMD2<Float>, side: Float)] = [:]

  init(_ searcher: FaceSearcher) { self.searcher = searcher }

  /// The faces of a picture that are expected at known positions, each with its own box, landmarks
  /// and score; nil for a face that isn't found.
  ///
  /// - Parameter searches: true searches the surroundings of all faces; false only those of faces
  ///   that are not found with certainty at the expected position.
  mutating func faces(
    _ expected: [OriginalFaces.Face], in frame: VideoFrame, searches: Bool
  ) throws -> [DetectedFace?] {
    var own = [DetectedFace?](repeating: nil, count: expected.count)
    if !searches {
      let found = try searcher.examine(frame, in: expected.map(square))
      own = expected.map { Confirmation.face($0.face, among: found) }
    }
    let open = expected.indices.filter { index in
      own[index].map { $0.score < Confirmation.sufficientScore } ?? true
    }
    guard !open.isEmpty else { return own }
    let found = try searcher.searchSquares(of: frame, near: open.map { expected[$0].face.box })
    for index in open {
      guard let face = Confirmation.face(expected[index].face, among: found.map(\.face)) else {
        continue
      }
      own[index] = face
      if let placed = found.first(where: { $0.face == face }) { learn(expected[index], placed) }
    }
    return own
  }

  private func square(_ expected: OriginalFaces.Face) -> FaceBox {
    let box = expected.face.box
    let relation = squares[expected.track] ?? (offset: SIMD2(0, 0), side: 1)
    let center = box.center + relation.offset * box.side
    let half = relation.side * box.side / 2
    return FaceBox(
      x1: center.x - half, y1: center.y - half, x2: center.x + half, y2: center.y + half)
  }

  private mutating func learn(_ expected: OriginalFaces.Face, _ placed: PlacedFace) {
    let box = expected.face.box
    guard box.side > 0 else { return }
    squares[expected.track] = (
      offset: (placed.square.center - box.center) / box.side, side: placed.square.side / box.side
    )
  }
}
