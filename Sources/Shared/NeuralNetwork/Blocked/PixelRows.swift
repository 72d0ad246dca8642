// Between `nChw8c` and matrices with one row per pixel, for the products.

/// Rows of some pixels, `pixels.count x channels`, from blocks.
func gatherRows(
  _ shape: BlockedShape, _ maps: UnsafePointer<Float>, pixels: Range<Int>,
  into rows: UnsafeMutablePointer<Float>
) {
  let channels = shape.paddedChannels
  forEachPicture(pixels, area: shape.area) { n, pixels, before in
    for block in 0..<shape.blocks {
      var source = maps + (n * shape.blocks + block) * shape.planeCount + pixels.lowerBound * 8
      var target = rows + before * channels + block * 8
      for _ in pixels {
        storeVector(loadVector(source), to: target)
        source += 8
        target += channels
      }
    }
  }
}

/// Writes rows of some pixels, `pixels.count x channels`, into blocks.
func scatterRows(
  _ shape: BlockedShape, _ rows: UnsafePointer<Float>, pixels: Range<Int>,
  into maps: UnsafeMutablePointer<Float>
) {
  let channels = shape.paddedChannels
  forEachPicture(pixels, area: shape.area) { n, pixels, before in
    for block in 0..<shape.blocks {
      var source = rows + before * channels + block * 8
      var target = maps + (n * shape.blocks + block) * shape.planeCount + pixels.lowerBound * 8
      for _ in pixels {
        storeVector(loadVector(source), to: target)
        source += channels
        target += 8
      }
    }
  }
}

/// Writes rows into blocks with what follows a convolution whose BatchNorm is folded into it: adds a
/// bias and, if there is one, the residual, and rectifies.
///
/// - Parameters:
///   - bias: one per channel.
///   - residual: feature maps like `maps`, or nil; may be `maps`.
func scatterRows(
  _ shape: BlockedShape, _ rows: UnsafePointer<Float>, pixels: Range<Int>,
  bias: UnsafePointer<Float>, residual: UnsafePointer<Float>?, rectify: Bool,
  into maps: UnsafeMutablePointer<Float>
) {
  let channels = shape.paddedChannels
  forEachPicture(pixels, area: shape.area) { n, pixels, before in
    for block in 0..<shape.blocks {
      var source = rows + before * channels + block * 8
      var offset = (n * shape.blocks + block) * shape.planeCount + pixels.lowerBound * 8
      let shift = loadVector(bias + block * 8)
      for _ in pixels {
        var sum = loadVector(source) + shift
        if let residual { sum += loadVector(residual + offset) }
        storeVector(rectify ? sum.rectified : sum, to: maps + offset)
        source += channels
        offset += 8
      }
    }
  }
}
