package import Kernels

extension CompiledKernels {
  /// See `KernelSet.ceilPoolingForward`.
  package func ceilPoolingForward(
    _ shape: CeilPoolingShape, _ input: Maps, output: UnsafeMutablePointer<Float>,
    outputPlane: Int
  ) {
    assert(input.shape == shape.input, "maps of the shape that is pooled")
    assert(outputPlane >= shape.output.planeCount, "planes that don't overlap")
    for plane in 0..<input.count * shape.input.blocks {
      let (source, target) = (
        input.start + plane * shape.input.planeCount, output + plane * outputPlane
      )
      if shape.window == 2 {
        poolPlaneBy2(shape, source, target)
      } else {
        poolPlaneBy3(shape, source, target)
      }
    }
  }
}

/// The rows under one row of windows. A row that hangs over is the last one inside again, which leaves
/// the maximum as it is.
private struct PooledRows {
  let top, middle, bottom: UnsafePointer<Float>

  @inline(__always)
  init(_ shape: CeilPoolingShape, _ plane: UnsafePointer<Float>, row: Int) {
    let rowCount = shape.input.width &* lanes
    // Rows of the input below the first row of this window: 0 or more.
    let last = shape.input.height &- 1 &- 2 &* row
    top = plane + 2 &* row &* rowCount
    middle = top + min(1, last) &* rowCount
    bottom = top + min(2, last) &* rowCount
  }

  /// The larger of a column's first two pixels.
  @inline(__always)
  func largestOf2(_ x: Int) -> Vector {
    larger(load(top + x &* lanes), load(middle + x &* lanes))
  }

  /// The largest of a column's three pixels.
  @inline(__always)
  func largestOf3(_ x: Int) -> Vector {
    larger(largestOf2(x), load(bottom + x &* lanes))
  }
}

/// One block of one picture, windows of 2x2.
private func poolPlaneBy2(
  _ shape: CeilPoolingShape, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
) {
  let (width, pooled) = (shape.input.width, shape.output)
  for y in 0..<pooled.height {
    let rows = PooledRows(shape, input, row: y)
    let target = output + y &* pooled.width &* lanes
    for x in 0..<width / 2 {
      let value = larger(rows.largestOf2(2 &* x), rows.largestOf2(2 &* x &+ 1))
      store(value, to: target + x &* lanes)
    }
    // The last column of an odd width is a window of its own, which hangs over by one.
    if width % 2 == 1 { store(rows.largestOf2(width &- 1), to: target + width / 2 &* lanes) }
  }
}

/// One block of one picture, windows of 3x3. Neighbouring windows share a column, whose largest values
/// are kept.
private func poolPlaneBy3(
  _ shape: CeilPoolingShape, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
) {
  let (width, pooled) = (shape.input.width, shape.output)
  // Windows that lie inside of the row; an even width has one more, which hangs over by one.
  let whole = (width - 1) / 2
  for y in 0..<pooled.height {
    let rows = PooledRows(shape, input, row: y)
    let target = output + y &* pooled.width &* lanes
    var left = rows.largestOf3(0)
    for x in 0..<whole {
      // Columns 2 x, 2 x + 1 and 2 x + 2: the last one is the first one of the next window.
      let right = rows.largestOf3(2 &* x &+ 2)
      store(larger(larger(left, rows.largestOf3(2 &* x &+ 1)), right), to: target + x &* lanes)
      left = right
    }
    if width % 2 == 0 {
      store(larger(left, rows.largestOf3(width &- 1)), to: target + whole &* lanes)
    }
  }
}

/// The larger number of each lane. What is not a number wins, so that broken weights show.
@inline(__always)
private func larger(_ first: Vector, _ second: Vector) -> Vector {
  second.replacing(with: first, where: (first .> second) .| (first .!= first))
}
