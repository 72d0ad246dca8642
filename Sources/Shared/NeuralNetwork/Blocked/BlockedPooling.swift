/// Max-pooling, 3x3, stride 2, padding 1, of one block of one picture.
///
/// - Parameters:
///   - input: (h, w, 8).
///   - output: ((h + 1) / 2, (w + 1) / 2, 8).
///   - winners: like `output`: which pixel of the window was largest, 3 * row + column; the first one
///     of equals, as in PyTorch. nil if nobody needs it.
func blockedMaxPoolingForward(
  height: Int, width: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
  winners: UnsafeMutablePointer<UInt8>?
) {
  let (oh, ow) = ((height + 1) / 2, (width + 1) / 2)
  for y in 0..<oh {
    let rows = max(0, 2 * y - 1)..<min(height, 2 * y + 2)
    for x in 0..<ow {
      var best = SIMD8<Float>(repeating: -.infinity)
      var winner = SIMD8<Int32>.zero
      for row in rows {
        for column in max(0, 2 * x - 1)..<min(width, 2 * x + 2) {
          let value = loadVector(input + (row &* width &+ column) &* 8)
          // Not "greater": what is not a number wins too.
          let isSmaller = value .<= best
          best.replace(with: value, where: .!isSmaller)
          let place = Int32(3 &* (row &- 2 &* y &+ 1) &+ column &- 2 &* x &+ 1)
          winner.replace(with: SIMD8(repeating: place), where: .!isSmaller)
        }
      }
      storeVector(best, to: output + (y * ow + x) * 8)
      guard let winners else { continue }
      for lane in 0..<8 { winners[(y * ow + x) * 8 + lane] = UInt8(winner[lane]) }
    }
  }
}

/// Gradient of `blockedMaxPoolingForward`: overwrites `inputGrad`.
func blockedMaxPoolingBackward(
  height: Int, width: Int, outputGrad: UnsafePointer<Float>, winners: UnsafePointer<UInt8>,
  inputGrad: UnsafeMutablePointer<Float>
) {
  let (oh, ow) = ((height + 1) / 2, (width + 1) / 2)
  inputGrad.update(repeating: 0, count: height * width * 8)
  for y in 0..<oh {
    for x in 0..<ow {
      let corner = (2 &* y &- 1) &* width &+ 2 &* x &- 1
      for lane in 0..<8 {
        let place = (y &* ow &+ x) &* 8 &+ lane
        let winner = Int(winners[place])
        let pixel = corner &+ winner / 3 &* width &+ winner % 3
        inputGrad[pixel &* 8 &+ lane] += outputGrad[place]
      }
    }
  }
}

/// Mean of all pixels of each channel.
///
/// - Parameters:
///   - input: `nChw8c`.
///   - output: `count x channels`.
func averagePoolingForward(
  _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>
) {
  for plane in 0..<count * shape.blocks {
    var sum = SIMD8<Float>.zero
    for pixel in 0..<shape.area { sum += loadVector(input + plane * shape.planeCount + pixel &* 8) }
    storeVector(sum / Float(shape.area), to: output + plane * 8)
  }
}

/// Gradient of `averagePoolingForward`: overwrites `inputGrad`.
func averagePoolingBackward(
  _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
  inputGrad: UnsafeMutablePointer<Float>
) {
  for plane in 0..<count * shape.blocks {
    let gradient = loadVector(outputGrad + plane * 8) / Float(shape.area)
    for pixel in 0..<shape.area {
      storeVector(gradient, to: inputGrad + plane * shape.planeCount + pixel &* 8)
    }
  }
}
