internal import Foundation
internal import Randomness

/// The part of a face that a manipulation replaces.
package enum BlendRegion: String, Sendable, CaseIterable {
  /// An oval from the forehead to the chin.
  case face
  /// The convex hull of the landmarks, stretched to the forehead and the chin.
  case hull
  /// Everything below the eyes.
  case lowerHalf
  /// Around the mouth.
  case mouth
  /// Around the nose.
  case nose
  /// A band with both eyes.
  case eyes

  /// Number of corners of an outline.
  static let cornerCount = 24

  /// The outline of the region in a face: corners around it, each shifted a little.
  ///
  /// Every region draws the same number of random numbers.
  ///
  /// - Parameter minimum: smallest width and height of the face in pixels, for faces in profile.
  func outline(
    of face: FacePoints, minimum: Double, using random: inout RandomStream
  ) -> [SIMD2<Double>] {
    let (first, second, third) = (
      random.uniform(0, 1), random.uniform(0, 1), random.uniform(0, 1)
    )
    let turn = random.uniform(0, 2 * Double.pi / Double(Self.cornerCount))
    let jitter = (0..<Self.cornerCount).map { _ in random.uniform(-0.1, 0.1) }
    let width = max(face.width, minimum)
    let height = max(face.up.length, minimum)

    /// The number of a range that a draw of 0...1 stands for.
    func within(_ range: ClosedRange<Double>, _ draw: Double) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * draw
    }
    func oval(
      _ centre: SIMD2<Double>, _ widths: ClosedRange<Double>, _ heights: ClosedRange<Double>
    ) -> [SIMD2<Double>] {
      let (across, along) = (within(widths, first) * width, within(heights, second) * height)
      let right = face.right
      let down = SIMD2(-right.y, right.x)
      return jitter.enumerated().map { corner, change in
        let angle = 2 * Double.pi * Double(corner) / Double(Self.cornerCount) + turn
        return centre
          + (right * (cos(angle) * across) + down * (sin(angle) * along)) * (1 + change)
      }
    }
    switch self {
    case .face:
      return oval(face.eyes * 0.45 + face.mouth * 0.55, 0.9...1.25, 1...1.5)
    case .lowerHalf:
      return oval(face.mouth + face.up * within(0.15...0.35, third), 0.7...0.95, 0.6...0.8)
    case .mouth:
      return oval(face.mouth + face.up * within(-0.05...0.15, third), 0.5...0.8, 0.35...0.55)
    case .nose:
      return oval(face.nose + face.up * within(0...0.2, third), 0.28...0.45, 0.35...0.55)
    case .eyes:
      return oval(face.eyes - face.up * within(-0.05...0.15, third), 0.8...1.05, 0.3...0.5)
    case .hull:
      let stretched = Self.stretched(
        face, wide: within(1.15...1.6, first), forehead: within(0.2...0.7, second),
        chin: within(0.2...0.6, third))
      let middle = stretched.reduce(SIMD2(0, 0), +) / Double(stretched.count)
      return Self.resampled(Self.convexHull(stretched), jitter.count).enumerated().map {
        middle + ($1 - middle) * (1 + jitter[$0])
      }
    }
  }

  /// The landmarks, stretched about their middle, with added points above the eyes and below the
  /// mouth.
  private static func stretched(
    _ face: FacePoints, wide: Double, forehead: Double, chin: Double
  ) -> [SIMD2<Double>] {
    let right = face.right
    let middle = face.all.reduce(SIMD2(0, 0), +) / 5
    let points = face.all.map { point in
      let offset = point - middle
      let across = (offset * right).sum()
      return middle + offset * 1.15 + right * (across * (wide - 1.15))
    }
    return points + [
      points[0] + face.up * forehead, points[1] + face.up * forehead,
      points[3] - face.up * (chin * 0.8), points[4] - face.up * (chin * 0.8),
      face.mouth - face.up * chin,
    ]
  }

  /// The corners of the smallest convex polygon around some points (Andrew's monotone chain).
  static func convexHull(_ points: [SIMD2<Double>]) -> [SIMD2<Double>] {
    let sorted = points.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    func chain(_ points: some Sequence<SIMD2<Double>>) -> [SIMD2<Double>] {
      var chain: [SIMD2<Double>] = []
      for point in points {
        while chain.count > 1,
          cross(chain[chain.count - 1] - chain[chain.count - 2], point - chain[chain.count - 1])
            <= 0
        {
          chain.removeLast()
        }
        chain.append(point)
      }
      return chain
    }
    return chain(sorted).dropLast() + chain(sorted.reversed()).dropLast()
  }

  /// Points in equal steps along a closed polygon.
  static func resampled(_ polygon: [SIMD2<Double>], _ count: Int) -> [SIMD2<Double>] {
    guard let first = polygon.first else { return [] }
    let corners = polygon + [first]
    let lengths = zip(corners, corners.dropFirst()).map { ($1 - $0).length }
    let total = lengths.reduce(0, +)
    guard total > 0 else { return Array(repeating: first, count: count) }
    var (edge, before) = (0, 0.0)
    return (0..<count).map { index in
      let distance = total * Double(index) / Double(count)
      while edge < lengths.count - 1, before + lengths[edge] <= distance {
        before += lengths[edge]
        edge += 1
      }
      let share = lengths[edge] > 0 ? (distance - before) / lengths[edge] : 0
      return corners[edge] + (corners[edge + 1] - corners[edge]) * share
    }
  }

  private static func cross(_ left: SIMD2<Double>, _ right: SIMD2<Double>) -> Double {
    left.x * right.y - left.y * right.x
  }
}
