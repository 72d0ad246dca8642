import Kernels

extension WinogradPictureConvolution {
  /// Packs the weights that are used at each point: `[block of outputs][point][phase channel][lane]`.
  func pack(
    _ weight: UnsafePointer<Float>, outputs: Range<Int>, scale: UnsafePointer<Float>?,
    into packed: UnsafeMutablePointer<Float>
  ) {
    let view = WeightView(forward: shape, weight, scale: scale)
    // [colour][tap][output], 147 vectors, and one phase channel's weights at all points, 36 vectors.
    let room = (shape.filterCount + PictureTile.points) * lanes
    withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { kernels in
      guard let kernels = kernels.baseAddress else { return }
      let points = kernels + shape.filterCount * lanes
      for first in stride(from: outputs.lowerBound, to: outputs.upperBound, by: lanes) {
        view.collect(target: first, sources: 0..<3, into: kernels)
        for channel in 0..<Phases.channels {
          transformTaps(kernels, channel: channel, into: points)
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
  /// - Parameter kernels: [colour][tap][lane].
  private func transformTaps(
    _ kernels: UnsafePointer<Float>, channel: Int, into points: UnsafeMutablePointer<Float>
  ) {
    let phase = PhaseTaps(channel: channel)
    // G g G^T: 4x4 taps to 6x6 points.
    transformSquare(
      PictureTile.Weight.self, PictureTile.taps, to: PictureTile.side, HalfSquare<24>(),
      load: { row, column in
        phase.tap(row, column).map { load(kernels + (phase.colour * 49 + $0) * lanes) } ?? .zero
      },
      store: { store($2, to: points + ($0 * PictureTile.side + $1) * lanes) })
  }

  /// Sums at the points, [36][12][output], to gradients of the taps, (o / lanes, patch, lane of o).
  /// Where a channel isn't used at a point the sum is anything: it counts for the tap only that the
  /// channel doesn't have.
  func transformWeightGrad(
    _ sums: UnsafePointer<Float>, into weightGrad: UnsafeMutablePointer<Float>
  ) {
    let side = PictureTile.side
    let step = Phases.channels * shape.output.paddedChannels
    for block in 0..<shape.output.blocks {
      let filter = weightGrad + block * shape.patchCount * lanes
      for channel in 0..<Phases.channels {
        let source = sums + (channel * shape.output.paddedChannels + block * lanes)
        let phase = PhaseTaps(channel: channel)
        // G^T m G: sums at 6x6 points to 4x4 taps, of which a phase of even pixels lacks the first.
        transformSquare(
          PictureTile.WeightGrad.self, side, to: PictureTile.taps, HalfSquare<24>(),
          load: { load(source + ($0 * side + $1) * step) },
          store: { row, column, grad in
            guard let tap = phase.tap(row, column) else { return }
            store(grad, to: filter + (tap * 3 + phase.colour) * lanes)
          })
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
