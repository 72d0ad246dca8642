internal import Imaging

/// Pixels of a rectangle of the picture, in full or reduced resolution.
struct PictureTile {
  let pixels: PixelBuffer
  /// The part of the picture that the tile shows, in pixels of the picture.
  let rectangle: PixelRectangle
  /// Size of the whole picture in the tile's resolution.
  let wholeWidth: Int, wholeHeight: Int
  /// Pixels of the tile per pixel of the picture.
  let scaleX: Double, scaleY: Double

  /// The whole picture, possibly reduced.
  init(whole pixels: PixelBuffer, pictureWidth: Int, pictureHeight: Int) {
    self.pixels = pixels
    rectangle = PixelRectangle(x: 0, y: 0, width: pictureWidth, height: pictureHeight)
    (wholeWidth, wholeHeight) = (pixels.width, pixels.height)
    scaleX = Double(pixels.width) / Double(pictureWidth)
    scaleY = Double(pixels.height) / Double(pictureHeight)
  }

  /// A part in full resolution.
  init(part pixels: PixelBuffer, x: Int, y: Int, pictureWidth: Int, pictureHeight: Int) {
    self.pixels = pixels
    rectangle = PixelRectangle(x: x, y: y, width: pixels.width, height: pixels.height)
    (wholeWidth, wholeHeight) = (pictureWidth, pictureHeight)
    (scaleX, scaleY) = (1, 1)
  }

  /// Whether the tile has the resolution of the picture.
  var isFullResolution: Bool { scaleX == 1 && scaleY == 1 }

  /// Lends the pixels as a part of the whole picture in the tile's resolution.
  func withPart<Result>(_ body: (PixelPart) -> Result?) -> Result? {
    // Reduced tiles always show the whole picture, so an offset needs no conversion.
    pixels.bytes.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap {
        body(
          PixelPart(
            bytes: $0, bytesPerRow: pixels.bytesPerRow, x: rectangle.x, y: rectangle.y,
            wholeWidth: wholeWidth, wholeHeight: wholeHeight))
      }
    }
  }

  /// Lends a rectangle (pixels of the picture, inside the tile) as a whole picture of its own. In a
  /// reduced tile its edges are rounded to whole pixels.
  func withCrop(_ crop: PixelRectangle, _ body: (PixelPart) -> Void) {
    func range(_ start: Int, _ length: Int, _ scale: Double, _ limit: Int) -> Range<Int> {
      let first = min(limit - 1, Int((Double(start) * scale).rounded()))
      let end = min(limit, Int((Double(start + length) * scale).rounded()))
      return first..<max(first + 1, end)
    }
    let columns = range(crop.x - rectangle.x, crop.width, scaleX, pixels.width)
    let rows = range(crop.y - rectangle.y, crop.height, scaleY, pixels.height)
    pixels.bytes.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      body(
        PixelPart(
          bytes: start + rows.lowerBound * pixels.bytesPerRow
            + columns.lowerBound * PixelBuffer.bytesPerPixel, bytesPerRow: pixels.bytesPerRow, x: 0,
          y: 0, wholeWidth: columns.count, wholeHeight: rows.count))
    }
  }
}

/// The tiles of one picture that were made so far.
struct TileSet {
  /// Width and height of the picture.
  let width: Int, height: Int
  /// The tiles, in the order in which they were made.
  private(set) var tiles: [PictureTile] = []

  mutating func append(_ tile: PictureTile) { tiles.append(tile) }

  /// The pixels of a square as the second and third network see it: truncated to whole pixels and
  /// clipped to the picture; nil if nothing is left.
  func crop(of box: FaceBox) -> PixelRectangle? {
    func bounded(_ value: Float) -> Int? {
      value.isFinite ? Int(max(-1e8, min(1e8, value)).rounded(.towardZero)) : nil
    }
    guard let x1 = bounded(box.x1), let y1 = bounded(box.y1), let x2 = bounded(box.x2),
      let y2 = bounded(box.y2)
    else { return nil }
    let (left, top) = (max(x1, 1) - 1, max(y1, 1) - 1)
    let crop = PixelRectangle(
      x: left, y: top, width: min(x2, width) - left, height: min(y2, height) - top)
    return crop.isEmpty ? nil : crop
  }

  /// A tile that holds all of `crop`, preferably in full resolution; nil if there is none.
  func tile(for crop: PixelRectangle) -> PictureTile? {
    fullResolutionTile(for: crop) ?? tiles.first { $0.rectangle.contains(crop) }
  }

  /// A tile that holds all of `crop` in full resolution; nil if there is none.
  func fullResolutionTile(for crop: PixelRectangle) -> PictureTile? {
    tiles.first { $0.isFullResolution && $0.rectangle.contains(crop) }
  }
}
