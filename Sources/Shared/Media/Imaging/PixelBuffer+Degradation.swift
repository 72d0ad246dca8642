// Perturbations of pictures for a robustness test, as DeeperForensics-1.0 defines them
// (Jiang, Li, Wu, Qian, Loy: DeeperForensics-1.0, CVPR 2020; `perturbation/distortions.py` of its
// repository). Values are truncated as by NumPy's `astype(uint8)` there, not rounded.

extension PixelBuffer {
  /// Reduces the saturation: multiplies the distance of Cb and Cr from their middle.
  ///
  /// The colours are those of OpenCV's `COLOR_BGR2YCR_CB` (BT.601). The source takes 127.5 for the
  /// middle of a range whose middle is 128, so red and blue lose up to 0.004 of a step. Rounding
  /// would hide that, but truncation makes 127 of both in a grey of 128.
  ///
  /// - Parameter factor: 0...1; 0 leaves no colour, 1 changes next to nothing.
  package mutating func scaleSaturation(by factor: Float) {
    precondition((0...1).contains(factor), "a saturation factor lies in 0...1")
    let shift = (factor - 1) / 448
    mapYCbCr { luma, blue, red, _ in
      (luma, blue * factor + shift, red * factor + shift)
    }
  }

  /// Multiplies all values. The source calls this contrast; it is brightness.
  ///
  /// - Parameter factor: 0...1; 1 changes nothing.
  package mutating func scaleValues(by factor: Float) {
    precondition((0...1).contains(factor), "a factor of values lies in 0...1")
    let table = (0..<256).map { UInt8(Float($0) * factor) }
    bytes.withUnsafeMutableBufferPointer { bytes in
      for pixel in 0..<(bytes.count / 4) {
        for channel in 0..<3 { bytes[4 * pixel + channel] = table[Int(bytes[4 * pixel + channel])] }
      }
    }
  }

  /// Adds white Gaussian noise to Y, Cb and Cr of every pixel.
  ///
  /// The source adds it to values of 16...235 and 16...240 that it has divided by 255 twice, so
  /// that in steps of 1/255 the deviation of Y is `255 * 255 / 219 * sqrt(variance)`: 9.4 at 0.001
  /// and 66 at 0.05.
  ///
  /// - Parameters:
  ///   - variance: in the source's scale; 0 or more.
  ///   - normals: three numbers of the standard normal distribution per pixel, for Y, Cb, Cr, row
  ///     by row.
  /// - Precondition: there are `3 * width * height` numbers.
  package mutating func addYCbCrNoise(variance: Float, normals: [Float]) {
    precondition(variance >= 0, "a variance is 0 or more")
    precondition(normals.count == 3 * width * height, "noise has three numbers per pixel")
    let deviation = variance.squareRoot()
    let (lumaScale, chromaScale) = (deviation * 65_025 / 219, deviation * 65_025 / 224)
    normals.withUnsafeBufferPointer { normals in
      mapYCbCr { luma, blue, red, pixel in
        (
          luma + lumaScale * normals[3 * pixel], blue + chromaScale * normals[3 * pixel + 1],
          red + chromaScale * normals[3 * pixel + 2]
        )
      }
    }
  }

  /// Reduces the picture by an integer factor and enlarges it to its old size, both by linear
  /// interpolation without antialiasing, as OpenCV's `resize` does by default.
  ///
  /// - Precondition: `factor` is positive.
  package mutating func pixelate(factor: Int) {
    precondition(factor > 0, "a picture is made smaller by a positive factor")
    self = resized(
      width: max(width / factor, 1), height: max(height / factor, 1), antialiased: false
    ).resized(width: width, height: height, antialiased: false)
  }

  /// Changes Y (0...255), Cb and Cr (around 0, in the same steps) of every pixel. Converts with
  /// OpenCV's rounded factors in both directions. Results outside of 0...255 are clamped.
  @inline(__always)
  private mutating func mapYCbCr(
    _ change: (_ luma: Float, _ blue: Float, _ red: Float, _ pixel: Int) -> (Float, Float, Float)
  ) {
    bytes.withUnsafeMutableBufferPointer { bytes in
      for pixel in 0..<(bytes.count / 4) {
        let (red, green) = (Float(bytes[4 * pixel]), Float(bytes[4 * pixel + 1]))
        let blue = Float(bytes[4 * pixel + 2])
        let luma = 0.299 * red + 0.587 * green + 0.114 * blue
        let (y, cb, cr) = change(luma, (blue - luma) * 0.564, (red - luma) * 0.713, pixel)
        bytes[4 * pixel] = cutOff(y + 1.403 * cr)
        bytes[4 * pixel + 1] = cutOff(y - 0.714 * cr - 0.344 * cb)
        bytes[4 * pixel + 2] = cutOff(y + 1.773 * cb)
      }
    }
  }
}

@inline(__always)
private func cutOff(_ value: Float) -> UInt8 {
  // NaN becomes 0.
  value > 0 ? UInt8(truncatingIfNeeded: Int32(min(value, 255))) : 0
}
