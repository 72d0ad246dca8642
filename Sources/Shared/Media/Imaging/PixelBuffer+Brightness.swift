extension PixelBuffer {
  /// The mean luma of a part of the picture, 0 (black) to 255; nil if the part is empty. The
  /// luma is BT.601's: (77 R + 150 G + 29 B) / 256.
  package func meanLuma(in region: PixelRectangle) -> Double? {
    let part = region.intersection(PixelRectangle(x: 0, y: 0, width: width, height: height))
    guard !part.isEmpty else { return nil }
    var sum = 0
    for y in part.y..<part.y + part.height {
      for x in part.x..<part.x + part.width {
        let pixel = self[x, y]
        sum += 77 * Int(pixel[0]) + 150 * Int(pixel[1]) + 29 * Int(pixel[2])
      }
    }
    return Double(sum) / Double(256 * part.width * part.height)
  }
}
