/// The order of BatchNorm and activation in a head; shapes and names of a file rarely tell it.
package enum HeadOrder: String, Sendable, Equatable, CaseIterable {
  /// Linear, BatchNorm, ReLU, Linear; the one that this product computes.
  case batchNormFirst = "batchnorm-relu"
  /// Linear, ReLU, BatchNorm, Linear.
  case reluFirst = "relu-batchnorm"

  /// The layers in words.
  package var text: String {
    switch self {
    case .batchNormFirst: "Linear, BatchNorm, ReLU, Linear"
    case .reluFirst: "Linear, ReLU, BatchNorm, Linear"
    }
  }
}
