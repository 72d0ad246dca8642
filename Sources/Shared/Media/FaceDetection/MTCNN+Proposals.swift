internal import Contract
internal import NeuralNetwork

/// Geometry of P-Net: its window has 12x12 pixels, its stride is 2.
private enum ProposalGeometry {
  static let window = 12
  static let stride = 2
  /// Input pixels of a strip, so that the pooled maps stay in a level-2 cache.
  static let stripPixels = 24_000
  /// Largest number of proposals per level; the weakest of more are dropped. Pictures have a few
  /// hundred at most.
  static let maximumPerLevel = 8192

  /// Rows (columns) of output for rows (columns) of input.
  static func outputCount(_ input: Int) -> Int { (input - 1) / stride - 4 }
}

/// A window in which P-Net sees a face.
private struct Proposal {
  let box: FaceBox
  let score: Float
  let regression: SIMD4<Float>
}

extension MTCNN {
  /// First stage: runs P-Net on windows of the pyramid, each with a tile that shows it, and returns
  /// squares for `refined`. Windows of the same level must follow each other.
  func proposals(in windows: [(PyramidWindow, PictureTile)]) -> [FaceBox] {
    var all: [Proposal] = []
    var level: [Proposal] = []
    for (index, (window, tile)) in windows.enumerated() {
      scan(window, tile, into: &level)
      if index + 1 == windows.count || windows[index + 1].0.level != window.level {
        all += strongest(level, threshold: 0.5)
        level.removeAll(keepingCapacity: true)
      }
    }
    return strongest(all, threshold: 0.7).map {
      $0.box.regressed($0.regression, width: $0.box.width, height: $0.box.height).squared
    }
  }

  private func strongest(_ proposals: [Proposal], threshold: Float) -> [Proposal] {
    var proposals = proposals
    if proposals.count > ProposalGeometry.maximumPerLevel {
      proposals.sort { $0.score > $1.score }
      proposals.removeLast(proposals.count - ProposalGeometry.maximumPerLevel)
    }
    return keptBoxes(
      proposals.map(\.box), scores: proposals.map(\.score), threshold: threshold
    ).map { proposals[$0] }
  }

  /// Runs P-Net on a window, strip by strip. Strips overlap by the network's receptive field, so
  /// their outputs are those of one run, but the maps between the layers stay small.
  private func scan(_ window: PyramidWindow, _ tile: PictureTile, into proposals: inout [Proposal])
  {
    let (stride, seen) = (ProposalGeometry.stride, ProposalGeometry.window)
    let outputRows = ProposalGeometry.outputCount(window.rows.count)
    guard outputRows > 0, ProposalGeometry.outputCount(window.columns.count) > 0 else { return }
    let stripRows = max(4, ProposalGeometry.stripPixels / window.columns.count / stride)
    for first in Swift.stride(from: 0, to: outputRows, by: stripRows) {
      let end = min(outputRows, first + stripRows)
      let top = window.rows.lowerBound + first * stride
      let bottom =
        end == outputRows
        ? window.rows.upperBound : window.rows.lowerBound + (end - 1) * stride + seen
      scanStrip(
        PyramidWindow(level: window.level, columns: window.columns, rows: top..<bottom), tile,
        into: &proposals)
    }
  }

  private func scanStrip(
    _ strip: PyramidWindow, _ tile: PictureTile, into proposals: inout [Proposal]
  ) {
    let shape = FeatureShape(batch: 1, height: strip.rows.count, width: strip.columns.count)
    weights.proposal.run(on: shape, workspace: workspace) { input in
      tile.withPart { part in
        input.baseAddress.map {
          resampler.resample(
            part, width: strip.level.width, height: strip.level.height, columns: strip.columns,
            rows: strip.rows, into: $0)
        }
      }
    } read: {
      collect($0, strip, into: &proposals)
    }
  }

  /// Converts P-Net's output at each position (two logits, four edges) to proposals, row by row.
  private func collect(
    _ output: CascadeOutput, _ strip: PyramidWindow, into proposals: inout [Proposal]
  ) {
    let shape = output.shape
    let scale = Float(strip.level.scale)
    for position in 0..<shape.pixels {
      let numbers = output[position]
      let (first, second) = (numbers[0], numbers[1])
      // Otherwise the score is at most 0.5: this saves the exponential at nearly all positions.
      guard second > first || settings.proposalThreshold < 0.5 else { continue }
      let score = softmaxOfTwo(first, second)
      guard score >= settings.proposalThreshold else { continue }
      let x = Float(strip.columns.lowerBound + position % shape.width * ProposalGeometry.stride)
      let y = Float(strip.rows.lowerBound + position / shape.width * ProposalGeometry.stride)
      let side = Float(ProposalGeometry.window)
      let box = FaceBox(
        x1: ((x + 1) / scale).rounded(.down), y1: ((y + 1) / scale).rounded(.down),
        x2: ((x + side) / scale).rounded(.down), y2: ((y + side) / scale).rounded(.down))
      let regression = SIMD4(numbers[2], numbers[3], numbers[4], numbers[5])
      proposals.append(Proposal(box: box, score: score, regression: regression))
    }
  }
}
