extension PixelBuffer {
  /// The rectangle with its top left corner at (`x`, `y`).
  ///
  /// - Precondition: the rectangle lies inside of the picture and is not empty.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> PixelBuffer {
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

  /// The picture turned clockwise by a number of quarter turns.
  public func rotatedClockwise(quarterTurns: Int) -> PixelBuffer {
    let turns = ((quarterTurns % 4) + 4) % 4
    guard turns != 0 else { return self }
    let swapsSides = turns % 2 == 1
    let newWidth = swapsSides ? height : width
    let newHeight = swapsSides ? width : height
    var result = PixelBuffer(width: newWidth, height: newHeight)
    for row in 0..<newHeight {
      for column in 0..<newWidth {
        let (sourceColumn, sourceRow) =
          switch turns {
          case 1: (row, height - 1 - column)
          case 2: (width - 1 - column, height - 1 - row)
          default: (width - 1 - row, column)
          }
        let source = (sourceRow * width + sourceColumn) * Self.bytesPerPixel
        let target = (row * newWidth + column) * Self.bytesPerPixel
        for channel in 0..<4 { result.bytes[target + channel] = bytes[source + channel] }
      }
    }
    return result
  }

  /// Copies `picture` into this one with its top left corner at (`x`, `y`); what lies outside is cut
  /// off.
  public mutating func paste(_ picture: PixelBuffer, x: Int, y: Int) {
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
