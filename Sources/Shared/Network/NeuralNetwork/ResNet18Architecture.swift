/// Which ResNet18: width, input and head. All that is needed to lay out its memory.
package struct ResNet18Architecture: Sendable, Equatable {
  /// What follows the pooled features; its module is called `fc`, as in torchvision.
  package enum Head: Sendable, Equatable {
    /// One linear layer: `fc.weight`, `fc.bias`.
    case linear
    /// `Sequential(Dropout, Linear, BatchNorm1d, ReLU, Dropout, Linear)`: `fc.1`, `fc.2`, `fc.5`;
    /// without BatchNorm `Sequential(Dropout, Linear, ReLU, Dropout, Linear)`: `fc.1`, `fc.4`.
    case mlp(hidden: Int, batchNorm: Bool, dropout: Float)
  }

  /// Channels of the first stage; the others have 2, 4 and 8 times as many. The engines compute
  /// multiples of 8.
  package var width: Int

  /// Height and width of the input in pixels, a multiple of 32.
  package var inputSize: Int

  /// Logits: 0 is real, 1 is fake.
  package var classes: Int

  /// What follows the pooled features.
  package var head: Head

  /// Creates an architecture; the defaults are those of the product.
  ///
  /// - Precondition: `width` is positive, `inputSize` a multiple of 32, `classes` at least 2.
  package init(
    width: Int = 64, inputSize: Int = 224, classes: Int = 2,
    head: Head = .mlp(hidden: 256, batchNorm: true, dropout: 0.5)
  ) {
    precondition(width > 0, "a ResNet18 has channels")
    precondition(inputSize > 0 && inputSize % 32 == 0, "the input's side is a multiple of 32")
    precondition(classes >= 2, "a classifier has at least two classes")
    self.width = width
    self.inputSize = inputSize
    self.classes = classes
    self.head = head
  }

  /// Stages before the head: the stem and `layer1` to `layer4`.
  package static let backboneStages = 1 + ResNet18Topology.stages

  /// Features after pooling: 512 for ResNet18.
  package var featureCount: Int { width * 8 }
}
