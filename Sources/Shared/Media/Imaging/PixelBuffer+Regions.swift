extension PixelBuffer {
  /// The rectangle with its top left corner at (`x`, `y`).
  ///
  /// - Precondition: the rectangle lies inside of the picture and is not empty.
  package func cropped(x: Int, y: Int, width: Int, height: Int) -> PixelBuffer {
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= self.width
        && y + height <= self.height, "the rectangle lies inside of the picture")
    var result: [UInt8] = []
    result.reserveCapacity(width * height * Self.bytesPerPixel)
    for row in y..<(y + height) {
      let start = (row * self.width + x) * Self.bytesPerPixel
      result.append(contentsOf: bytes[start..<(start + width * Self.bytesPerPixel)])
    }
    return PixelBuffer(width: width, height: height, bytes: result)
  }

  /// The picture rotated clockwise by a number of quarter turns.
  package func rotatedClockwise(quarterTurns: Int) -> PixelBuffer {
    let turns = ((quarterTurns % 4) + 4) % 4
    guard turns != 0 else { return self }
    let (newWidth, newHeight) = turns == 2 ? (width, height) : (height, width)
    // Index of the source pixel that the new picture begins with, and the steps in the source to
    // the next new row and to the next pixel of a row.
    let (first, rowStep, step) =
      switch turns {
      case 1: ((height - 1) * width, 1, -width)
      case 2: (width * height - 1, -width, -1)
      default: (width - 1, -1, width)
      }
    let rotated = [UInt8](unsafeUninitializedCapacity: bytes.count) { target, count in
      bytes.withUnsafeBytes { source in
        let target = UnsafeMutableRawBufferPointer(target)
        // 16 new rows at a time read the same cache lines.
        for rows in stride(from: 0, to: newHeight, by: 16) {
          for column in 0..<newWidth {
            for row in rows..<min(rows + 16, newHeight) {
              target.storeBytes(
                of: source.loadUnaligned(
                  fromByteOffset: (first + row * rowStep + column * step) * Self.bytesPerPixel,
                  as: UInt32.self),
                toByteOffset: (row * newWidth + column) * Self.bytesPerPixel, as: UInt32.self)
            }
          }
        }
      }
      count = bytes.count
    }
    return PixelBuffer(width: newWidth, height: newHeight, bytes: rotated)
  }

  /// Copies `picture` into this one with its top left corner at (`x`, `y`); what lies outside is
  /// cut off.
  package mutating func paste(_ picture: PixelBuffer, x: Int, y: Int) {
    let columns = max(x, 0)..<max(min(x + picture.width, width), max(x, 0))
    let rows = max(y, 0)..<max(min(y + picture.height, height), max(y, 0))
    guard !columns.isEmpty else { return }
    for row in rows {
      let source = ((row - y) * picture.width + columns.lowerBound - x) * Self.bytesPerPixel
      let target = (row * width + columns.lowerBound) * Self.bytesPerPixel
      let length = columns.count * Self.bytesPerPixel
      bytes.replaceSubrange(
        target..<(target + length), with: picture.bytes[source..<(source + length)])
    }
  }
}
