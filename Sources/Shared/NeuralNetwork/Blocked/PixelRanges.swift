// Ranges of pixels that are counted through all pictures of a batch.

/// Calls `body` for each picture that a range of pixels touches.
///
/// - Parameter body: gets the picture, its pixels, and how many pixels of the range came before.
@inline(__always)
func forEachPicture(
  _ pixels: Range<Int>, area: Int, _ body: (_ n: Int, _ pixels: Range<Int>, _ before: Int) -> Void
) {
  var pixel = pixels.lowerBound
  while pixel < pixels.upperBound {
    let n = pixel / area
    let first = pixel - n * area
    let last = min(area, first + pixels.upperBound - pixel)
    body(n, first..<last, pixel - pixels.lowerBound)
    pixel += last - first
  }
}

/// Calls `body` for each row that a range of pixels touches.
///
/// - Parameter body: gets the picture, the row, and the range's columns in it.
@inline(__always)
func forEachRow(
  _ pixels: Range<Int>, height: Int, width: Int,
  _ body: (_ n: Int, _ y: Int, _ columns: Range<Int>) -> Void
) {
  forEachPicture(pixels, area: height * width) { n, pixels, _ in
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let y = pixel / width
      let first = pixel - y * width
      let last = min(width, first + pixels.upperBound - pixel)
      body(n, y, first..<last)
      pixel += last - first
    }
  }
}
