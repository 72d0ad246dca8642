import Kernels

extension WinogradPictureConvolution {
  /// Packs the weights that are used at each point: `[block of outputs][point][phase channel][lane]`.
  func pack(
    _ weight: UnsafePointer<Float>, outputs: Range<Int>, scale: UnsafePointer<Float>?,
    into packed: UnsafeMutablePointer<Float>
  ) {
    let view = WeightView(forward: shape, weight, scale: scale)
    let room = shape.filterCount + (16 + 24 + PictureTile.points)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: room * lanes) { kernels in
      guard let kernels = kernels.baseAddress else { return }
      let scratch = kernels + shape.filterCount * lanes
      for first in stride(from: outputs.lowerBound, to: outputs.upperBound, by: lanes) {
        // [colour][tap][output]: 147 vectors.
        view.collect(target: first, sources: 0..<3, into: kernels)
        for channel in 0..<Phases.channels {
          let points = transformTaps(kernels, channel: channel, scratch: scratch)
          var address = packed + first * PhasePoint.depthSum
          // Of 36 x 12 products 363 are used: the others' weights are zero at any rate.
          PhasePoint.forEach { row, column, used in
            let point = points + (row * PictureTile.side + column) * lanes
            if let index = used.index(of: channel) {
              store(load(point), to: address + index * lanes)
            }
            address += used.depth * lanes
          }
        }
      }
    }
  }

  /// A phase channel's taps to weights at all points, [36][lane].
  ///
  /// - Parameters:
  ///   - kernels: [colour][tap][lane].
  ///   - scratch: room for taps, half their transform and the result.
  private func transformTaps(
    _ kernels: UnsafePointer<Float>, channel: Int, scratch: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let phase = PhaseTaps(channel: channel)
    let (taps, half, points) = (scratch, scratch + 16 * lanes, scratch + (16 + 24) * lanes)
    for y in 0..<4 {
      for x in 0..<4 {
        let tap = phase.tap(y, x).map { load(kernels + (phase.colour * 49 + $0) * lanes) }
        store(tap ?? .zero, to: taps + (y * 4 + x) * lanes)
      }
    }
    for x in 0..<4 {
      PictureTile.Weight.apply(
        { load(taps + ($0 * 4 + x) * lanes) }, { store($1, to: half + ($0 * 4 + x) * lanes) })
    }
    for y in 0..<PictureTile.side {
      PictureTile.Weight.apply(
        { load(half + (y * 4 + $0) * lanes) },
        { store($1, to: points + (y * PictureTile.side + $0) * lanes) })
    }
    return UnsafePointer(points)
  }

  /// Sums at the points, [36][12][output], to gradients of the taps, (o / lanes, patch, lane of o).
  /// Where a channel isn't used at a point the sum is anything: it counts for the tap only that the
  /// channel doesn't have.
  func transformWeightGrad(
    _ sums: UnsafePointer<Float>, into weightGrad: UnsafeMutablePointer<Float>
  ) {
    let side = PictureTile.side
    let step = Phases.channels * shape.output.paddedChannels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 24 * lanes) { half in
      guard let half = half.baseAddress else { return }
      for block in 0..<shape.output.blocks {
        let filter = weightGrad + block * shape.patchCount * lanes
        for channel in 0..<Phases.channels {
          let source = sums + (channel * shape.output.paddedChannels + block * lanes)
          let phase = PhaseTaps(channel: channel)
          for x in 0..<side {
            PictureTile.WeightGrad.apply(
              { load(source + ($0 * side + x) * step) },
              { store($1, to: half + ($0 * side + x) * lanes) })
          }
          for y in 0..<4 {
            PictureTile.WeightGrad.apply(
              { load(half + (y * side + $0) * lanes) },
              {
                guard let tap = phase.tap(y, $0) else { return }
                store($1, to: filter + (tap * 3 + phase.colour) * lanes)
              })
          }
        }
      }
    }
  }
}

/// The taps of one phase channel among those of a kernel.
private struct PhaseTaps {
  let colour: Int
  private let rowPhase: Int
  private let columnPhase: Int

  init(channel: Int) {
    colour = channel % 3
    rowPhase = channel / Phases.rowChannels
    columnPhase = channel % Phases.rowChannels / 3
  }

  /// The kernel's tap that is a tap of this phase; nil for the zero in front of three.
  func tap(_ y: Int, _ x: Int) -> Int? {
    // Phase 1 (odd pixels) has the taps 0, 2, 4, 6; phase 0 a zero and the taps 1, 3, 5.
    let (ky, kx) = (2 * y + rowPhase - 1, 2 * x + columnPhase - 1)
    return ky < 0 || kx < 0 ? nil : ky * 7 + kx
  }
}
