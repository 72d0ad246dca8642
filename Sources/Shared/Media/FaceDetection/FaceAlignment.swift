package import Contract
package import Imaging

/// The position of a crop in the picture.
package struct CropPlacement: Sendable, Equatable {
  /// Takes coordinates of the crop to coordinates of the picture; pixel (0, 0) covers 0...1.
  package let transform: SimilarityTransform

  /// The pixels of the picture that the crop shows, with a margin for interpolation. Reaches beyond
  /// the picture where the crop does.
  package let region: PixelRectangle

  /// The part of a picture that the crop needs: the part of `region` inside the picture and, for a
  /// crop that is filled by reflection, the pixels that are reflected. Empty if the crop lies
  /// outside of the picture.
  package func region(
    inWidth width: Int, height: Int, fill: CropGeometry.Fill = .black
  ) -> PixelRectangle {
    let inside = region.intersection(PixelRectangle(x: 0, y: 0, width: width, height: height))
    guard fill == .reflect, !inside.isEmpty else { return inside }
    let columns = Self.reflected(region.x, region.x + region.width, in: width)
    let rows = Self.reflected(region.y, region.y + region.height, in: height)
    return PixelRectangle(
      x: columns.lowerBound, y: rows.lowerBound, width: columns.count, height: rows.count)
  }

  /// The part of 0..<count that start..<end shows, with reflection at both ends.
  private static func reflected(_ start: Int, _ end: Int, in count: Int) -> Range<Int> {
    var (first, last) = (max(start, 0), min(end, count) - 1)
    if start < 0 { last = max(last, -start) }
    if end > count { first = min(first, 2 * (count - 1) - (end - 1)) }
    // An interval that is reflected more than once shows all.
    return max(first, 0)..<min(max(last, 0), count - 1) + 1
  }
}

extension CropGeometry {
  /// Eyes, nose and corners of the mouth of the canonical face in 112x112 pixels, as ArcFace
  /// (Deng et al. 2019) and its relatives align faces.
  private static let canonicalFace: [SIMD2<Double>] = [
    SIMD2(38.2946, 51.6963), SIMD2(73.5318, 51.5014), SIMD2(56.0252, 71.7366),
    SIMD2(41.5493, 92.3655), SIMD2(70.7299, 92.2041),
  ]

  /// The placement of a face's crop; nil for a face without size, and where whole pictures are the
  /// crops.
  package func placement(of face: DetectedFace) -> CropPlacement? {
    let transform =
      switch alignment {
      case .landmarks: landmarkTransform(face.landmarks)
      case .box: boxTransform(face.box)
      case .whole: SimilarityTransform?.none
      }
    return transform.flatMap { transform in
      region(under: transform).map { CropPlacement(transform: transform, region: $0) }
    }
  }

  /// Eyes, nose and corners of the mouth of the canonical face in a crop, in pixels.
  package var canonicalLandmarks: [SIMD2<Double>] {
    Self.canonicalFace.map { (($0 / 112 - 0.5) / margin + 0.5) * Double(sizePixels) }
  }

  /// The square of a crop that shows the inner face, in pixels. It is half as wide as the canonical
  /// face (or the box) without its margin, or half as wide as a whole picture. Its centre is the
  /// point between eyes and mouth, or the crop's centre if the crop isn't aligned by landmarks.
  package var innerFace: PixelRectangle {
    let size = Double(sizePixels)
    let margin = alignment == .whole ? 1 : margin
    let middle = alignment == .landmarks ? SIMD2(56.0, 72) / 112 : SIMD2(0.5, 0.5)
    let centre = ((middle - 0.5) / margin + 0.5) * size
    // With a large margin the face has few pixels.
    let side = max(size / (2 * margin), min(size, 8)).rounded()
    let corner = (centre - side / 2).rounded(.toNearestOrAwayFromZero)
    return PixelRectangle(
      x: Int(corner.x), y: Int(corner.y), width: Int(side), height: Int(side)
    ).intersection(PixelRectangle(x: 0, y: 0, width: sizePixels, height: sizePixels))
  }

  /// The similarity transform from a crop that shows the canonical face, with `margin` around it,
  /// to the landmarks, with the least squared error (Umeyama 1991 in two dimensions, without
  /// reflection).
  private func landmarkTransform(_ landmarks: FaceLandmarks) -> SimilarityTransform? {
    let targets = landmarks.points.map { SIMD2<Double>($0) }
    let sources = canonicalLandmarks
    let count = Double(sources.count)
    let sourceMean = sources.reduce(SIMD2(0, 0), +) / count
    let targetMean = targets.reduce(SIMD2(0, 0), +) / count
    var (dot, cross, spread) = (0.0, 0.0, 0.0)
    for (source, target) in zip(sources, targets) {
      let (s, t) = (source - sourceMean, target - targetMean)
      dot += (s * t).sum()
      cross += s.x * t.y - s.y * t.x
      spread += (s * s).sum()
    }
    let (a, b) = (dot / spread, cross / spread)
    return SimilarityTransform(
      a: a, b: b, tx: targetMean.x - a * sourceMean.x + b * sourceMean.y,
      ty: targetMean.y - b * sourceMean.x - a * sourceMean.y)
  }

  /// The upright square around the box, `margin` times its longer side.
  private func boxTransform(_ box: FaceBox) -> SimilarityTransform? {
    let side = Double(box.side) * margin
    return SimilarityTransform(
      a: side / Double(sizePixels), b: 0, tx: Double(box.center.x) - side / 2,
      ty: Double(box.center.y) - side / 2)
  }

  /// The bounding rectangle of the crop in the picture, two pixels larger on each side; nil if the
  /// scale is next to 0 or a corner is a billion pixels away or more.
  private func region(under transform: SimilarityTransform) -> PixelRectangle? {
    let size = Double(sizePixels)
    let corners = [SIMD2(0, 0), SIMD2(size, 0), SIMD2(0, size), SIMD2(size, size)]
      .map(transform.apply)
    let (x, y) = (corners.map(\.x), corners.map(\.y))
    guard let left = x.min(), let right = x.max(), let top = y.min(), let bottom = y.max(),
      transform.scale > 1e-6, (left - 2) > -1e9, (top - 2) > -1e9, (right + 2) < 1e9,
      (bottom + 2) < 1e9
    else { return nil }
    let (firstColumn, firstRow) = (Int(left.rounded(.down)) - 2, Int(top.rounded(.down)) - 2)
    return PixelRectangle(
      x: firstColumn, y: firstRow, width: Int(right.rounded(.up)) + 2 - firstColumn,
      height: Int(bottom.rounded(.up)) + 2 - firstRow)
  }
}
