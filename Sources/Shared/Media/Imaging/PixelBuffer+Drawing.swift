extension PixelBuffer {
  /// Fills the part of a rectangle that lies inside of the picture with a colour: red, green, blue.
  package mutating func fill(_ rectangle: PixelRectangle, colour: SIMD3<UInt8>) {
    let columns = Self.visible(rectangle.x, rectangle.width, in: width)
    let rows = Self.visible(rectangle.y, rectangle.height, in: height)
    guard !columns.isEmpty else { return }
    let bytesPerRow = bytesPerRow
    bytes.withUnsafeMutableBufferPointer { bytes in
      for row in rows {
        for column in columns {
          let offset = row * bytesPerRow + column * Self.bytesPerPixel
          bytes[offset] = colour.x
          bytes[offset + 1] = colour.y
          bytes[offset + 2] = colour.z
        }
      }
    }
  }

  /// Draws the border of a rectangle; what lies outside of the picture is cut off.
  ///
  /// - Parameters:
  ///   - rectangle: the border lies inside of it, along its edges.
  ///   - thickness: of the border in pixels; nothing is drawn for less than 1.
  ///   - colour: red, green, blue.
  package mutating func drawOutline(
    of rectangle: PixelRectangle, thickness: Int, colour: SIMD3<UInt8>
  ) {
    guard thickness > 0, !rectangle.isEmpty else { return }
    let bounds = rectangle.bounded
    let line = min(thickness, bounds.width, bounds.height)
    let (right, bottom) = (bounds.x + bounds.width - line, bounds.y + bounds.height - line)
    for (x, y, width, height) in [
      (bounds.x, bounds.y, bounds.width, line), (bounds.x, bottom, bounds.width, line),
      (bounds.x, bounds.y, line, bounds.height), (right, bounds.y, line, bounds.height),
    ] {
      fill(PixelRectangle(x: x, y: y, width: width, height: height), colour: colour)
    }
  }

  /// Pixels per dot of a label's letters and thickness of a border with which both are visible in a
  /// picture of this size: 3 in 1920x1080, 2 in 640x360.
  package var annotationScale: Int {
    let side = min(width, height)
    return side < 180 ? 1 : max(2, side / 360)
  }

  /// Writes a line of ASCII text on a filled background above a rectangle, aligned with its left
  /// edge; below its top edge where there is no room above, and farther left where there is none on
  /// the right.
  ///
  /// - Parameters:
  ///   - rectangle: the rectangle that is labelled; usually it is outlined too.
  ///   - scale: pixels per dot of the letters, which are 7 dots high; see `annotationScale`.
  ///   - ground: red, green and blue of the background; the text is black or white, whichever is
  ///     easier to read.
  package mutating func drawLabel(
    _ text: String, on rectangle: PixelRectangle, scale: Int, ground: SIMD3<UInt8>
  ) {
    guard scale > 0, scale <= 64, !text.isEmpty else { return }
    let bounds = rectangle.bounded
    // Two dots of background around the text; a character's advance includes an empty column.
    let margin = 2 * scale
    let length = min(text.count, 10_000)
    let size = (
      width: length * BitmapFont.advance * scale - scale + 2 * margin,
      height: BitmapFont.height * scale + 2 * margin
    )
    let x = max(min(bounds.x, width - size.width), 0)
    let above = bounds.y - size.height
    let y = min(max(above >= 0 ? above : bounds.y, 0), max(height - size.height, 0))
    fill(PixelRectangle(x: x, y: y, width: size.width, height: size.height), colour: ground)
    draw(
      text: String(text.prefix(length)), x: x + margin, y: y + margin, scale: scale,
      colour: Self.ink(on: ground))
  }

  /// Black or white, whichever differs more from the background in lightness.
  private static func ink(on ground: SIMD3<UInt8>) -> SIMD3<UInt8> {
    let luma = 299 * Int(ground.x) + 587 * Int(ground.y) + 114 * Int(ground.z)
    return luma > 128_000 ? SIMD3(0, 0, 0) : SIMD3(255, 255, 255)
  }

  /// The part of the interval of `length` pixels from `start` that lies in 0..<count.
  private static func visible(_ start: Int, _ length: Int, in count: Int) -> Range<Int> {
    let (end, isBeyond) = start.addingReportingOverflow(max(length, 0))
    let lower = min(max(start, 0), count)
    return lower..<max(min(isBeyond ? count : end, count), lower)
  }
}

extension PixelRectangle {
  /// The rectangle with its numbers clamped, so that their sums don't overflow.
  fileprivate var bounded: PixelRectangle {
    let bound = 1 << 40
    func limited(_ number: Int) -> Int { min(max(number, -bound), bound) }
    return PixelRectangle(
      x: limited(x), y: limited(y), width: max(limited(width), 0), height: max(limited(height), 0))
  }
}
