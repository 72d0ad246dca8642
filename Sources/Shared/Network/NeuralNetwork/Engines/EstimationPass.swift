/// One pass over all samples while BatchNorm statistics are estimated: the layers whose input depends
/// on no other layer that is still to be measured.
enum EstimationPass: Equatable {
  /// The BatchNorm after the first convolution.
  case stem
  /// The one after the first convolution of a block, and that of its projection.
  case first(Int)
  /// The one after the second convolution of a block.
  case second(Int)
  /// The one in the head.
  case head

  /// All passes of a network, in their order.
  static func all(_ layout: ResNet18Layout) -> [EstimationPass] {
    [.stem] + layout.blocks.indices.flatMap { [.first($0), .second($0)] }
      + (layout.head.hidden?.norm == nil ? [] : [.head])
  }

  /// The convolutions whose sums are measured, with their BatchNorm layers.
  func convolutions(_ layout: ResNet18Layout) -> [ResNet18Layout.Normed] {
    switch self {
    case .stem: [layout.stem]
    case .first(let block):
      [layout.blocks[block].first] + (layout.blocks[block].projection.map { [$0] } ?? [])
    case .second(let block): [layout.blocks[block].second]
    case .head: []
    }
  }

  /// The BatchNorm layers that are measured.
  func norms(_ layout: ResNet18Layout) -> [ResNet18Layout.BatchNorm] {
    guard self == .head else { return convolutions(layout).map(\.norm) }
    return layout.head.hidden?.norm.map { [$0] } ?? []
  }

  /// Blocks that the samples go through before the first one that is measured; nil where they are
  /// measured before the first block.
  func finishedBlocks(_ layout: ResNet18Layout) -> Int? {
    switch self {
    case .stem: nil
    case .first(let block), .second(let block): block
    case .head: layout.blocks.count
    }
  }
}
