/// Dimensions of a max-pooling with stride 2 in ceil mode, without padding: a window that hangs over the
/// right or lower edge counts as long as it starts inside, as PyTorch's `ceil_mode=True`.
package struct CeilPoolingShape: Sendable, Equatable {
  /// The feature maps that are pooled.
  package let input: BlockedShape
  /// Height and width of the window, 2 or 3.
  package let window: Int

  /// - Precondition: the window is 2 or 3 pixels large and hangs over the input by at most one.
  package init(_ input: BlockedShape, window: Int) {
    precondition(
      (window == 2 || window == 3) && min(input.height, input.width) >= window - 1,
      "a max-pooling window of 2 or 3 pixels hangs over its input by at most one")
    self.input = input
    self.window = window
  }

  /// The feature maps that come out.
  package var output: BlockedShape {
    BlockedShape(
      channels: input.channels, height: Self.outputCount(input.height, window: window),
      width: Self.outputCount(input.width, window: window), lanes: input.lanes)
  }

  /// Windows along an axis of `count` pixels, at least `window - 1` many.
  package static func outputCount(_ count: Int, window: Int) -> Int {
    (count - window + 1) / 2 + 1
  }
}
