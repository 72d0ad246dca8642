package import Kernels

// Max-pooling: 3x3, stride 2, padding 1, after a BatchNorm and a ReLU or alone. What BatchNorm makes
// of a pixel costs one instruction, so it is not stored: all kernels compute it again from the input.
//
// A window that hangs over the edge of the picture gets the pixels at the edge twice. That changes
// neither the largest value nor which value is the first of equals.

/// The rows of the input that the windows of one row of the output see.
private struct WindowRows {
  let upper, middle, lower: UnsafePointer<Float>
  /// Pixels of a row.
  let width: Int

  /// - Parameters:
  ///   - plane: one block of one picture, (h, w, lanes).
  ///   - y: row of the output.
  @inline(__always)
  init(_ shape: BlockedShape, _ plane: UnsafePointer<Float>, _ y: Int) {
    // Window y covers the rows 2 y - 1 ... 2 y + 1; above the first and below the last row of the
    // picture the edge is taken again.
    let rowCount = shape.width * lanes
    upper = plane + max(2 * y - 1, 0) * rowCount
    middle = plane + 2 * y * rowCount
    lower = plane + min(2 * y + 1, shape.height - 1) * rowCount
    width = shape.width
  }

  /// Where the columns of window `x` lie in a row.
  @inline(__always)
  func columns(_ x: Int) -> (left: Int, centre: Int, right: Int) {
    let centre = 2 &* x
    return (
      max(centre &- 1, 0) &* lanes, centre &* lanes, min(centre &+ 1, width &- 1) &* lanes
    )
  }
}

/// What a BatchNorm makes of the values of a block of channels.
private struct Normalization {
  private let scale, shift: Vector

  /// Leaves values as they are.
  @inline(__always)
  static var identity: Normalization {
    Normalization(scale: Vector(repeating: 1), shift: Vector.zero)
  }

  @inline(__always)
  private init(scale: Vector, shift: Vector) {
    (self.scale, self.shift) = (scale, shift)
  }

  /// - Parameter channel: the first of the block.
  @inline(__always)
  init(_ channel: Int, scale: FloatView, shift: FloatView) {
    self.scale = load(scale.start + channel)
    self.shift = load(shift.start + channel)
  }

  @inline(__always)
  func callAsFunction(_ value: Vector) -> Vector { shift.adding(scale, times: value) }
}

extension CompiledKernels {
  /// See `KernelSet.normalizedPoolingForward`.
  package func normalizedPoolingForward(
    _ input: Maps, scale: FloatView, shift: FloatView, output: MutableMaps
  ) {
    let shape = input.shape
    assert(output.shape == shape.pooled && output.count == input.count, "pooled maps")
    assert(scale.matches(shape) && shift.matches(shape), "a scale and a shift for each channel")
    for plane in 0..<input.count * shape.blocks {
      poolPlane(
        shape, input.start + plane * shape.planeCount,
        Normalization(plane % shape.blocks * lanes, scale: scale, shift: shift), rectify: true,
        output.start + plane * shape.pooled.planeCount)
    }
  }

  /// See `KernelSet.maxPoolingForward`.
  package func maxPoolingForward(
    _ input: Maps, output: MutableMaps
  ) {
    let shape = input.shape
    assert(output.shape == shape.pooled && output.count == input.count, "pooled maps")
    for plane in 0..<input.count * shape.blocks {
      poolPlane(
        shape, input.start + plane * shape.planeCount, Normalization.identity, rectify: false,
        output.start + plane * shape.pooled.planeCount)
    }
  }
}

/// One block of one picture. Neighbouring windows share a column, whose largest values are kept.
@inline(__always)
private func poolPlane(
  _ shape: BlockedShape, _ input: UnsafePointer<Float>, _ normalized: Normalization,
  rectify: Bool, _ output: UnsafeMutablePointer<Float>
) {
  let pooled = shape.pooled
  for y in 0..<pooled.height {
    let rows = WindowRows(shape, input, y)
    let target = output + y * pooled.width * lanes
    // Left of the first window is its own centre again.
    var left = largest(
      normalized(load(rows.upper)), normalized(load(rows.middle)), normalized(load(rows.lower)))
    for x in 0..<pooled.width {
      // Nine pixels, three columns of three; the left column is the right one of the window before.
      let columns = rows.columns(x)
      let centre = largest(
        normalized(load(rows.upper + columns.centre)),
        normalized(load(rows.middle + columns.centre)),
        normalized(load(rows.lower + columns.centre)))
      let right = largest(
        normalized(load(rows.upper + columns.right)), normalized(load(rows.middle + columns.right)),
        normalized(load(rows.lower + columns.right)))
      // ReLU after the maximum is the same as before it, with one instruction instead of nine.
      let value = largest(left, centre, right)
      store(rectify ? value.rectified : value, to: target + x &* lanes)
      left = right
    }
  }
}

/// The largest of three in each lane. What is not a number wins, so that a broken loss shows.
@inline(__always)
private func largest(_ first: Vector, _ second: Vector, _ third: Vector) -> Vector {
  // A comparison with NaN is false: `first != first` asks for it.
  let larger = second.replacing(with: first, where: (first .> second) .| (first .!= first))
  return third.replacing(with: larger, where: (larger .> third) .| (larger .!= larger))
}

extension CompiledKernels {
  /// See `KernelSet.normalizedPoolingBackwardSums`.
  package func normalizedPoolingBackwardSums(
    _ input: Maps, scale: FloatView, shift: FloatView, mean: FloatView, output: Maps,
    outputGrad: Maps, gradSum: inout [Double], centredSum: inout [Double]
  ) {
    let shape = input.shape
    assert(output.shape == shape.pooled && output.count == input.count, "pooled maps")
    assert(outputGrad.shape == output.shape && outputGrad.count == output.count, "their gradients")
    assert(
      scale.matches(shape) && shift.matches(shape) && mean.matches(shape),
      "numbers for each channel")
    withSums(&gradSum, &centredSum, of: shape) { gradSum, centredSum in
      for plane in 0..<input.count * shape.blocks {
        let channel = plane % shape.blocks * lanes
        sumPlane(
          shape, input.start + plane * shape.planeCount,
          Normalization(channel, scale: scale, shift: shift), load(mean.start + channel),
          output.start + plane * shape.pooled.planeCount,
          outputGrad.start + plane * shape.pooled.planeCount, gradSum + channel,
          centredSum + channel)
      }
    }
  }
}

/// One block of one picture.
@inline(__always)
private func sumPlane(
  _ shape: BlockedShape, _ input: UnsafePointer<Float>, _ normalized: Normalization,
  _ mean: Vector, _ output: UnsafePointer<Float>, _ outputGrad: UnsafePointer<Float>,
  _ gradSum: UnsafeMutablePointer<Double>, _ centredSum: UnsafeMutablePointer<Double>
) {
  let pooled = shape.pooled
  for y in 0..<pooled.height {
    let rows = WindowRows(shape, input, y)
    let start = y * pooled.width * lanes
    addGradient(pixels: pooled.width, gradSum, centredSum) { x in
      let columns = rows.columns(x)
      let largest = load(output + (start &+ x &* lanes))
      // The pixel that won is the one whose value, computed again, equals the output. From the last row
      // to the first, so that the first of equals stays.
      var winner = mean
      replace(&winner, rows.lower, columns, normalized, largest)
      replace(&winner, rows.middle, columns, normalized, largest)
      replace(&winner, rows.upper, columns, normalized, largest)
      let gradient = load(outputGrad + (start &+ x &* lanes))
      return (Vector.zero.replacing(with: gradient, where: largest .> Vector.zero), winner - mean)
    }
  }
}

/// Replaces the winner by the first of a row's pixels that is the largest of the window, if one is.
@inline(__always)
private func replace(
  _ winner: inout Vector, _ row: UnsafePointer<Float>,
  _ columns: (left: Int, centre: Int, right: Int), _ normalized: Normalization,
  _ largest: Vector
) {
  let left = load(row + columns.left)
  let centre = load(row + columns.centre)
  let right = load(row + columns.right)
  // Right to left, so that the leftmost of equals is written last and stays.
  winner.replace(with: right, where: normalized(right) .== largest)
  winner.replace(with: centre, where: normalized(centre) .== largest)
  winner.replace(with: left, where: normalized(left) .== largest)
}

extension CompiledKernels {
  /// See `KernelSet.normalizedPoolingBackwardInput`.
  package func normalizedPoolingBackwardInput(
    output: Maps, outputGrad: Maps, values: MutableMaps, _ gradient: BatchNormGradient,
    shift: FloatView, scratch: MutableFloatView
  ) {
    let (shape, pooled) = (values.shape, values.shape.pooled)
    assert(output.shape == pooled && output.count == values.count, "pooled maps")
    assert(outputGrad.shape == pooled && outputGrad.count == output.count, "their gradients")
    assert(gradient.matches(shape) && shift.matches(shape), "numbers for each channel")
    assert(scratch.count >= shape.width * lanes, "a row of one block")
    for plane in 0..<values.count * shape.blocks {
      let channel = plane % shape.blocks * lanes
      let normalized = Normalization(channel, scale: gradient.scale, shift: shift)
      let inputGrad = NormalizationGradient(channel, gradient)
      let values = values.start + plane * shape.planeCount
      for y in 0..<pooled.height {
        let start = (plane * pooled.height + y) * pooled.width * lanes
        spreadRow(
          shape, y, output.start + start, outputGrad.start + start, values, normalized, inputGrad,
          scratch.start)
      }
      // An odd height ends with the middle row of the last windows, which `spreadRow` has finished; an
      // even one with their lower row, whose gradient is complete and still waits.
      guard shape.height.isMultiple(of: 2) else { continue }
      let last = values + (shape.height - 1) * shape.width * lanes
      for column in 0..<shape.width {
        inputGrad.replace(last + column &* lanes, load(scratch.start + column &* lanes))
      }
    }
  }
}

/// Spreads the gradient of output row `y`, of one block of one picture.
///
/// Its windows touch the rows 2y - 1, 2y and 2y + 1 of the input. The last is touched by those of
/// y + 1 too: its gradient waits in `lowerGrad`, a row that stays in a level-1 cache. The other two are
/// complete and no further window reads them, so that their gradient overwrites them.
@inline(__always)
private func spreadRow(
  _ shape: BlockedShape, _ y: Int, _ output: UnsafePointer<Float>,
  _ outputGrad: UnsafePointer<Float>, _ values: UnsafeMutablePointer<Float>,
  _ normalized: Normalization, _ inputGrad: NormalizationGradient,
  _ lowerGrad: UnsafeMutablePointer<Float>
) {
  // `values` are still inputs in the rows 2 y and 2 y + 1, and in row 2 y - 1, whose gradient
  // waits.
  let rows = WindowRows(shape, values, y)
  let middleRow = values + 2 * y * shape.width * lanes
  let upperRow = y == 0 ? nil : middleRow - shape.width * lanes
  /// Takes the complete gradient of a column: of its last pixel it is what these windows give.
  @inline(__always)
  func finish(column: Int, _ gradient: Column) {
    let offset = column &* lanes
    // Row 2 y - 1 has the gradients of window rows y - 1, which waited, and y, which are these.
    if let upperRow {
      inputGrad.replace(upperRow + offset, load(lowerGrad + offset) + gradient.upper)
    }
    inputGrad.replace(middleRow + offset, gradient.middle)
    store(gradient.lower, to: lowerGrad + offset)
  }
  // Of the column that the next window touches too.
  var shared = Column(Vector.zero, Vector.zero, Vector.zero)
  for x in 0..<shape.pooled.width {
    let columns = rows.columns(x)
    let largest = load(output + x &* lanes)
    // Where the output is zero or less, ReLU stopped the gradient.
    let gradient = Vector.zero.replacing(
      with: load(outputGrad + x &* lanes), where: largest .> Vector.zero)
    // Row by row, each pixel leaves to the next ones what it doesn't win.
    let upper = Claim(gradient, rows.upper, columns, normalized, largest)
    var middle = Claim(upper.rest, rows.middle, columns, normalized, largest)
    let lower = Claim(middle.rest, rows.lower, columns, normalized, largest)
    // What a pixel's double at the edge wins is the pixel's.
    if y == 0 { middle.add(upper) }
    let left = Column(upper.left, middle.left, lower.left)
    let centre = Column(upper.centre, middle.centre, lower.centre)
    if x == 0 {
      finish(column: 0, centre.adding(left))
    } else {
      finish(column: 2 &* x &- 1, shared.adding(left))
      finish(column: 2 &* x, centre)
    }
    shared = Column(upper.right, middle.right, lower.right)
  }
  if shape.width.isMultiple(of: 2) { finish(column: shape.width - 1, shared) }
}

/// What the pixels of a window's row win of a gradient.
private struct Claim {
  private(set) var left, centre, right: Vector
  /// What they leave.
  let rest: Vector

  @inline(__always)
  init(
    _ gradient: Vector, _ row: UnsafePointer<Float>,
    _ columns: (left: Int, centre: Int, right: Int), _ normalized: Normalization,
    _ largest: Vector
  ) {
    // Taken away by subtraction, which is exact: selects that share a mask are torn into lanes.
    left = Vector.zero.replacing(
      with: gradient, where: normalized(load(row + columns.left)) .== largest)
    let afterLeft = gradient - left
    centre = Vector.zero.replacing(
      with: afterLeft, where: normalized(load(row + columns.centre)) .== largest)
    let afterCentre = afterLeft - centre
    right = Vector.zero.replacing(
      with: afterCentre, where: normalized(load(row + columns.right)) .== largest)
    rest = afterCentre - right
  }

  @inline(__always)
  mutating func add(_ other: Claim) {
    left += other.left
    centre += other.centre
    right += other.right
  }
}

/// The gradients of a window's column.
private struct Column {
  let upper, middle, lower: Vector

  @inline(__always)
  init(_ upper: Vector, _ middle: Vector, _ lower: Vector) {
    (self.upper, self.middle, self.lower) = (upper, middle, lower)
  }

  @inline(__always)
  func adding(_ other: Column) -> Column {
    Column(upper + other.upper, middle + other.middle, lower + other.lower)
  }
}
