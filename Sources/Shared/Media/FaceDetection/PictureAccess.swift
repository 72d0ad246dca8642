internal import Imaging

/// A picture and those of its pixels that were made so far.
struct PictureAccess<Picture: FramePicture> {
  /// The pixels that were made so far.
  private(set) var tiles: TileSet

  private let picture: Picture

  init(_ picture: Picture) {
    self.picture = picture
    tiles = TileSet(width: picture.width, height: picture.height)
  }

  /// Adds pixels that were made elsewhere.
  mutating func append(_ tile: PictureTile) { tiles.append(tile) }

  /// Makes sure that each rectangle lies in a tile of full resolution. Rectangles that overlap are
  /// fetched as one, with a margin for the next stage, which moves them.
  mutating func require(
    _ rectangles: [PixelRectangle], brightening: Brightening?
  ) throws(Picture.Failure) {
    let missing = rectangles.filter { tiles.fullResolutionTile(for: $0) == nil }
    for rectangle in merged(missing) {
      let pixels = try picture.region(
        x: rectangle.x, y: rectangle.y, width: rectangle.width, height: rectangle.height)
      tiles.append(
        PictureTile(
          part: brightening?.applied(to: pixels) ?? pixels, x: rectangle.x, y: rectangle.y,
          pictureWidth: picture.width, pictureHeight: picture.height))
    }
  }

  /// Enlarges the rectangles by an eighth on each side and joins those that overlap.
  private func merged(_ rectangles: [PixelRectangle]) -> [PixelRectangle] {
    let whole = PixelRectangle(x: 0, y: 0, width: picture.width, height: picture.height)
    var clusters: [PixelRectangle] = []
    for rectangle in rectangles {
      let (dx, dy) = (rectangle.width / 8, rectangle.height / 8)
      var cluster = PixelRectangle(
        x: rectangle.x - dx, y: rectangle.y - dy, width: rectangle.width + 2 * dx,
        height: rectangle.height + 2 * dy
      ).intersection(whole)
      guard !cluster.isEmpty else { continue }
      // A cluster that grew may touch others, so look again until none is left.
      while let index = clusters.firstIndex(where: { !$0.intersection(cluster).isEmpty }) {
        cluster = cluster.union(clusters.remove(at: index))
      }
      clusters.append(cluster)
    }
    return clusters
  }
}
