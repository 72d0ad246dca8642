package import Contract
internal import NeuralNetwork
internal import TensorFiles

/// One output that stands for two: the sigmoid of z is the softmax of (0, z). A last layer with one row
/// is taken as one with two, of which the other is zeros; no answer changes.
package struct SingleOutput: Sendable, Equatable {
  /// The label that the output speaks for.
  package let label: VideoLabel
  /// What the file says of it; nil where it says nothing, and the usual is assumed: fake.
  package let statement: StatedClassOrder?

  /// - Parameter orders: what the file says of the order of its classes: an output speaks for the one
  ///   with number 1.
  init(_ orders: [StatedClassOrder]) {
    statement = orders.first.flatMap { first in
      orders.allSatisfy { $0.labels == first.labels } ? first : nil
    }
    label = statement?.labels.last ?? .fake
  }

  /// A last layer's weight or bias of one row, with a row of zeros for the other label.
  func expanded(_ tensor: TorchTensor) -> TorchTensor {
    let values = tensor.floats.map { Array($0) } ?? tensor.integers?.map { Float($0) } ?? []
    let zeros = [Float](repeating: 0, count: values.count)
    let isSecond = VideoLabel.logitOrder.last == label
    return TorchTensor(
      shape: [2] + tensor.shape.dropFirst(), isSecond ? zeros + values : values + zeros)
  }
}
