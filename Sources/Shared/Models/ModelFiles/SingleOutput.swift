package import Contract
internal import NeuralNetwork
internal import TensorFiles

/// One output that stands for two: the sigmoid of z is the softmax of (0, z). A last layer with one
/// row is treated as one with two rows, the other one all zeros; no answer changes.
package struct SingleOutput: Sendable, Equatable {
  /// The label whose logit the output is.
  package let label: VideoLabel
  /// The file's statement about the label; nil if there is none, and fake is assumed, as usual.
  package let statement: StatedClassOrder?

  /// - Parameter orders: the file's statements about the order of its classes: the output is the
  ///   logit of the class with number 1.
  init(_ orders: [StatedClassOrder]) {
    statement = orders.first.flatMap { first in
      orders.allSatisfy { $0.labels == first.labels } ? first : nil
    }
    label = statement?.labels.last ?? .fake
  }

  /// Adds a row of zeros for the other label to a last layer's weight or bias of one row.
  func expanded(_ tensor: TorchTensor) -> TorchTensor {
    let values = tensor.floats.map { Array($0) } ?? tensor.integers?.map { Float($0) } ?? []
    let zeros = [Float](repeating: 0, count: values.count)
    let isSecond = VideoLabel.logitOrder.last == label
    return TorchTensor(
      shape: [2] + tensor.shape.dropFirst(), isSecond ? zeros + values : values + zeros)
  }
}
