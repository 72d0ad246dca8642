internal import ModelFiles
public import NeuralNetwork
public import TensorFiles

extension RecognizedNetwork {
  /// The network with what the file has of it; what is missing or of another shape has the values
  /// with which programs begin: zeros, and variances of one.
  ///
  /// - Parameter inputSize: side of the network's input in pixels, a multiple of 32.
  public func state(_ tensors: [TensorEntry], inputSize: Int = 224) -> NetworkState {
    var architecture = architecture
    architecture.inputSize = inputSize
    var byName: [String: TorchTensor] = [:]
    for entry in tensors { byName[entry.name] = entry.tensor }
    var state = NetworkState(zeros: architecture)
    for entry in entries {
      guard let tensor = byName[entry.name], tensor.count == entry.canonical.range.count else {
        continue
      }
      state.replace(entry.canonical, by: tensor)
    }
    return state
  }
}
