/// im2col of some output pixels: row `p` holds the input under the kernel of pixel `p`.
///
/// - Parameters:
///   - input: (n, c / lanes, h, w, lanes), readable to 16 floats behind its end.
///   - pixels: output pixels, counted through all pictures.
///   - patches: `pixels.count x patchSize`, and 16 floats that may be overwritten.
func gatherPatches(
  _ shape: BlockedConvolutionShape, _ input: UnsafePointer<Float>, pixels: Range<Int>,
  into patches: UnsafeMutablePointer<Float>
) {
  // Constants let the compiler unroll the copies of the network's three kinds of kernel rows.
  switch shape.run {
  case 24: gather(shape, input, pixels, into: patches, kernel: 3, lanes: 8)
  case 21: gather(shape, input, pixels, into: patches, kernel: 7, lanes: 3)
  case 8: gather(shape, input, pixels, into: patches, kernel: 1, lanes: 8)
  default: gather(shape, input, pixels, into: patches, kernel: shape.kernel, lanes: shape.lanes)
  }
}

@inline(__always)
private func gather(
  _ shape: BlockedConvolutionShape, _ input: UnsafePointer<Float>, _ pixels: Range<Int>,
  into patches: UnsafeMutablePointer<Float>, kernel: Int, lanes: Int
) {
  let (h, w, blocks) = (shape.inputHeight, shape.inputWidth, shape.inputBlocks)
  let (rowCount, planeCount, run) = (w * lanes, h * w * lanes, kernel * lanes)
  var target = patches
  forEachRow(pixels, height: shape.outputHeight, width: shape.outputWidth) { n, y, columns in
    let picture = input + n * blocks * planeCount
    let top = y * shape.stride - shape.padding
    for x in columns {
      let left = x * shape.stride - shape.padding
      let isInside = left >= 0 && left + kernel <= w
      for block in 0..<blocks {
        // Address of the first row under the kernel, which may lie above the picture.
        let source = picture + (block &* planeCount &+ (top &* w &+ left) &* lanes)
        for ky in 0..<kernel {
          let row = top &+ ky
          if row < 0 || row >= h {
            clearRun(target, count: run)
          } else if isInside {
            copyRun(source + ky &* rowCount, to: target, count: run)
          } else {
            copyEdge(source + ky &* rowCount, to: target, left: left, kernel, lanes, width: w)
          }
          target += run
        }
      }
    }
  }
}

/// Copies whole vectors: the last one may hang over. What it overwrites is the start of the next run,
/// which is written afterwards.
@inline(__always)
private func copyRun(
  _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
) {
  var offset = 0
  while offset < count {
    storeVector(loadVector(source + offset), to: target + offset)
    offset += 8
  }
}

@inline(__always)
private func clearRun(_ target: UnsafeMutablePointer<Float>, count: Int) {
  var offset = 0
  while offset < count {
    storeVector(.zero, to: target + offset)
    offset += 8
  }
}

/// A kernel row that hangs over the left or right edge: zeros outside.
private func copyEdge(
  _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, left: Int, _ kernel: Int,
  _ lanes: Int, width: Int
) {
  for kx in 0..<kernel {
    let isInside = left + kx >= 0 && left + kx < width
    for lane in kx * lanes..<(kx + 1) * lanes { target[lane] = isInside ? source[lane] : 0 }
  }
}

/// col2im of some output pixels: adds row `p` to what lies under the kernel of pixel `p`.
///
/// - Parameters:
///   - patches: `pixels.count x patchSize`.
///   - inputGrad: `nChw8c`.
func scatterPatches(
  _ shape: BlockedConvolutionShape, _ patches: UnsafePointer<Float>, pixels: Range<Int>,
  addingTo inputGrad: UnsafeMutablePointer<Float>
) {
  assert(shape.lanes == 8, "pictures have no gradient")
  switch shape.kernel {
  case 3: scatter(shape, patches, pixels, addingTo: inputGrad, kernel: 3)
  case 1: scatter(shape, patches, pixels, addingTo: inputGrad, kernel: 1)
  default: scatter(shape, patches, pixels, addingTo: inputGrad, kernel: shape.kernel)
  }
}

@inline(__always)
private func scatter(
  _ shape: BlockedConvolutionShape, _ patches: UnsafePointer<Float>, _ pixels: Range<Int>,
  addingTo inputGrad: UnsafeMutablePointer<Float>, kernel: Int
) {
  let (h, w, blocks) = (shape.inputHeight, shape.inputWidth, shape.inputBlocks)
  var source = patches
  forEachRow(pixels, height: shape.outputHeight, width: shape.outputWidth) { n, y, columns in
    let picture = inputGrad + n * blocks * h * w * 8
    let top = y * shape.stride - shape.padding
    for x in columns {
      let left = x * shape.stride - shape.padding
      let inside = max(0, -left)..<min(kernel, w - left)
      for block in 0..<blocks {
        let target = picture + (block &* h &* w &+ top &* w &+ left) &* 8
        for ky in 0..<kernel {
          if top &+ ky >= 0 && top &+ ky < h {
            addRun(source, to: target + ky &* w &* 8, inside, kernel: kernel)
          }
          source += kernel * 8
        }
      }
    }
  }
}

/// Adds the part of a kernel row that lies inside the picture.
@inline(__always)
private func addRun(
  _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ inside: Range<Int>,
  kernel: Int
) {
  if inside.count == kernel {
    for kx in 0..<kernel {
      storeVector(
        loadVector(target + kx &* 8) + loadVector(source + kx &* 8), to: target + kx &* 8)
    }
  } else {
    for kx in inside {
      storeVector(loadVector(target + kx * 8) + loadVector(source + kx * 8), to: target + kx * 8)
    }
  }
}
