import Kernels

/// Max-pooling, 3x3, stride 2, padding 1, of one block of one picture.
///
/// - Parameters:
///   - input: (h, w, lanes).
///   - output: ((h + 1) / 2, (w + 1) / 2, lanes).
///   - winners: like `output`: which pixel of the window was largest, 3 * row + column; the first one
///     of equals, as in PyTorch. nil if nobody needs it.
func poolMaximum(
  height: Int, width: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
  winners: UnsafeMutablePointer<UInt8>?
) {
  let (oh, ow) = ((height + 1) / 2, (width + 1) / 2)
  for y in 0..<oh {
    let rows = max(0, 2 * y - 1)..<min(height, 2 * y + 2)
    for x in 0..<ow {
      var best = Vector(repeating: -.infinity)
      var winner = Vector.MaskStorage.zero
      for row in rows {
        for column in max(0, 2 * x - 1)..<min(width, 2 * x + 2) {
          let value = load(input + (row &* width &+ column) &* lanes)
          // Not "greater": what is not a number wins too, and is beaten by nothing.
          let wins = .!(value .<= best) .& (best .== best)
          best.replace(with: value, where: wins)
          let place = Int32(3 &* (row &- 2 &* y &+ 1) &+ column &- 2 &* x &+ 1)
          winner.replace(with: Vector.MaskStorage(repeating: place), where: wins)
        }
      }
      store(best, to: output + (y * ow + x) * lanes)
      guard let winners else { continue }
      for lane in 0..<lanes { winners[(y * ow + x) * lanes + lane] = UInt8(winner[lane]) }
    }
  }
}

/// Gradient of `maxPoolingForward`: overwrites `inputGrad`.
func poolMaximumBackward(
  height: Int, width: Int, outputGrad: UnsafePointer<Float>, winners: UnsafePointer<UInt8>,
  inputGrad: UnsafeMutablePointer<Float>
) {
  let (oh, ow) = ((height + 1) / 2, (width + 1) / 2)
  inputGrad.update(repeating: 0, count: height * width * lanes)
  for y in 0..<oh {
    for x in 0..<ow {
      let corner = (2 &* y &- 1) &* width &+ 2 &* x &- 1
      for lane in 0..<lanes {
        let place = (y &* ow &+ x) &* lanes &+ lane
        let winner = Int(winners[place])
        let pixel = corner &+ winner / 3 &* width &+ winner % 3
        inputGrad[pixel &* lanes &+ lane] += outputGrad[place]
      }
    }
  }
}

/// Mean of all pixels of each channel.
///
/// - Parameters:
///   - input: `blocked`.
///   - output: `count x channels`.
func poolAverage(
  _ shape: BlockedShape, count: Int, input: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>
) {
  for plane in 0..<count * shape.blocks {
    var sum = Vector.zero
    for pixel in 0..<shape.area { sum += load(input + plane * shape.planeCount + pixel &* lanes) }
    store(sum / Float(shape.area), to: output + plane * lanes)
  }
}

/// Gradient of `averagePoolingForward`: overwrites `inputGrad`.
func poolAverageBackward(
  _ shape: BlockedShape, count: Int, outputGrad: UnsafePointer<Float>,
  inputGrad: UnsafeMutablePointer<Float>
) {
  for plane in 0..<count * shape.blocks {
    let gradient = load(outputGrad + plane * lanes) / Float(shape.area)
    for pixel in 0..<shape.area {
      store(gradient, to: inputGrad + plane * shape.planeCount + pixel &* lanes)
    }
  }
}
