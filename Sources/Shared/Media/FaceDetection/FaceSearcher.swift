package import Contract
package import Imaging

/// Finds faces in video frames at a fraction of the cost of `MTCNN.detect`.
///
/// Faces are located in a reduced picture, or known from the frame before. The cascade then
/// searches their surroundings, in full resolution and on those levels of a full-size search that
/// matter for a face of that size. So the answer is the same either way, and nearly always that of
/// `MTCNN.detect`.
///
/// Not Sendable: it owns the memory that the networks compute in, so each worker has its own.
package final class FaceSearcher {
  package let settings: FaceSearchSettings

  private let detector: MTCNN

  /// Side of the smallest face that is searched for, in pixels of the reduced picture: about
  /// facenet's default, and such that the levels for 1080p, 720p and 480p begin just above it.
  private static let minimumReducedFace = 18.5

  /// Largest number of proposals of a reduced picture that R-Net examines, the best scores first.
  /// Faces are among the first ten, the others are texture; a picture may have hundreds.
  private static let maximumProposals = 64

  /// Largest number of squares per face that O-Net examines in the reduced picture, where only the
  /// position matters.
  private static let maximumLocatingSquares = 2

  /// Surroundings with more pixels than this are searched in the reduced picture: such large faces
  /// have enough pixels there.
  private static let maximumSurroundings = 1 << 20

  /// Creates a searcher for one worker.
  ///
  /// - Throws: `FaceDetectionError` if a setting is invalid.
  package init(
    weights: MTCNNWeights, settings: FaceSearchSettings = FaceSearchSettings()
  ) throws(FaceDetectionError) {
    try FaceDetectionError.check(settings)
    self.settings = settings
    detector = try MTCNN(weights: weights, settings: settings.cascade)
  }

  /// Side in pixels of the smallest face that `search` looks for in a picture of this size.
  package func effectiveMinimumFaceSize(width: Int, height: Int) -> Double {
    let scale = reduction(width: width, height: height, shortSide: settings.searchShortSide)
    return levels(width: width, height: height, reduction: scale).first?.windowSide ?? .infinity
  }

  /// Finds all faces of a picture, the largest first.
  ///
  /// - Parameter thorough: if nothing is found, search once more at twice the resolution, for four
  ///   times the cost.
  package func search<Picture: FramePicture>(
    _ picture: Picture, thorough: Bool = false
  ) throws(Picture.Failure) -> [DetectedFace] {
    let pixels = try reducedPicture(picture, shortSide: settings.searchShortSide)
    var located = locate(in: pixels, of: picture)
    if !located.isEmpty { return try search(picture, near: located) }
    if settings.brightenWhenEmpty, let brightening = Brightening(pixels) {
      located = locate(in: brightening.applied(to: pixels), of: picture)
      if !located.isEmpty {
        return try search(picture, near: located, brightening: brightening).map(\.face)
      }
    }
    let isReduced = pixels.width < picture.width || pixels.height < picture.height
    guard thorough, isReduced else { return [] }
    let finer = try reducedPicture(picture, shortSide: 2 * settings.searchShortSide)
    return try search(picture, near: locate(in: finer, of: picture))
  }

  /// Finds the faces of a picture in the surroundings (twice the size) of known ones, the largest
  /// first.
  package func search<Picture: FramePicture>(
    _ picture: Picture, near known: [FaceBox]
  ) throws(Picture.Failure) -> [DetectedFace] {
    try search(picture, near: known, brightening: nil).map(\.face)
  }

  /// The same search; each face comes with the square in which the last network saw it.
  package func searchSquares<Picture: FramePicture>(
    of picture: Picture, near known: [FaceBox]
  ) throws(Picture.Failure) -> [PlacedFace] {
    try search(picture, near: known, brightening: nil)
  }

  /// The faces that the last network finds in given squares, for a fraction of a search's cost.
  package func examine<Picture: FramePicture>(
    _ picture: Picture, in squares: [FaceBox]
  ) throws(Picture.Failure) -> [DetectedFace] {
    var pixels = PictureAccess(picture)
    try pixels.require(squares.compactMap { pixels.tiles.crop(of: $0) }, brightening: nil)
    return detector.faces(in: squares, pixels.tiles)
  }

  private func search<Picture: FramePicture>(
    _ picture: Picture, near known: [FaceBox], brightening: Brightening?
  ) throws(Picture.Failure) -> [PlacedFace] {
    var pixels = PictureAccess(picture)
    let windows = windows(around: known, of: picture)
    let sources = windows.map { $0.sourceRectangle(width: picture.width, height: picture.height) }
    let surroundings = known.compactMap { pixels.tiles.crop(of: $0.squared.scaled(by: 2)) }
    try pixels.require(
      (sources + surroundings).filter { $0.width * $0.height <= Self.maximumSurroundings },
      brightening: brightening)
    if sources.contains(where: { pixels.tiles.tile(for: $0) == nil }) {
      let reduced = try reducedPicture(picture, shortSide: settings.searchShortSide)
      pixels.append(
        PictureTile(
          whole: brightening?.applied(to: reduced) ?? reduced, pictureWidth: picture.width,
          pictureHeight: picture.height))
    }
    let tiled = zip(windows, sources).compactMap { window, source in
      pixels.tiles.tile(for: source).map { (window, $0) }
    }
    let proposals = detector.proposals(in: tiled)
    try pixels.require(
      proposals.compactMap { pixels.tiles.crop(of: $0) }, brightening: brightening)
    let refined = detector.refined(proposals, pixels.tiles)
    try pixels.require(
      refined.compactMap { pixels.tiles.crop(of: $0) }, brightening: brightening)
    return detector.placedFaces(in: refined, pixels.tiles)
  }

  /// The parts of the pyramid in which P-Net sees known faces, level by level.
  private func windows(
    around known: [FaceBox], of picture: some FramePicture
  ) -> [PyramidWindow] {
    let levels = PyramidLevel.levels(
      width: picture.width, height: picture.height, settings: settings.cascade)
    return levels.flatMap { level in
      known.compactMap { box in
        let ratio = level.windowSide / Double(box.side)
        guard ratio > 0.4, ratio < 1.5 else { return nil }
        return level.window(around: box.center, side: 2 * box.side)
      }
    }
  }

  /// The approximate boxes of faces, from the cascade on a reduced (or brightened) copy of a
  /// picture.
  private func locate(in pixels: PixelBuffer, of picture: some FramePicture) -> [FaceBox] {
    let tile = PictureTile(
      whole: pixels, pictureWidth: picture.width, pictureHeight: picture.height)
    var tiles = TileSet(width: picture.width, height: picture.height)
    tiles.append(tile)
    let levels = levels(
      width: picture.width, height: picture.height, reduction: min(tile.scaleX, tile.scaleY))
    let proposals = detector.proposals(in: levels.map { ($0.wholeWindow, tile) })
    let refined = detector.refined(Array(proposals.prefix(Self.maximumProposals)), tiles)
    return detector.faces(in: mostCertain(refined), tiles).map(\.box)
  }

  /// The first few squares of each face; the squares are sorted by certainty.
  private func mostCertain(_ squares: [FaceBox]) -> [FaceBox] {
    var kept: [FaceBox] = []
    for square in squares {
      let rivals = kept.count { $0.intersectionOverUnion(square) > 0.3 }
      if rivals < Self.maximumLocatingSquares { kept.append(square) }
    }
    return kept
  }

  /// The levels that are searched in a picture reduced to `reduction` of its size.
  private func levels(width: Int, height: Int, reduction: Double) -> [PyramidLevel] {
    PyramidLevel.levels(width: width, height: height, settings: settings.cascade).filter {
      $0.windowSide * reduction >= Self.minimumReducedFace || reduction == 1
    }
  }

  private func reduction(width: Int, height: Int, shortSide: Int) -> Double {
    shortSide == 0 ? 1 : min(1, Double(shortSide) / Double(max(1, min(width, height))))
  }

  private func reducedPicture<Picture: FramePicture>(
    _ picture: Picture, shortSide: Int
  ) throws(Picture.Failure) -> PixelBuffer {
    let scale = reduction(width: picture.width, height: picture.height, shortSide: shortSide)
    return try picture.reduced(
      width: max(1, Int((Double(picture.width) * scale).rounded())),
      height: max(1, Int((Double(picture.height) * scale).rounded())))
  }
}
