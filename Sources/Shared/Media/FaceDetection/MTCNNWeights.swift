internal import Files
package import Kernels
internal import NeuralNetwork
internal import TensorFiles

/// Weights of the three networks of MTCNN, in the layout of facenet-pytorch 2.6.0 (`pnet.pt`,
/// `rnet.pt`, `onet.pt`). Immutable: loaded once, shared by all workers.
package struct MTCNNWeights: Sendable {
  /// P-Net: 12x12 windows of a whole picture to 6 maps: two logits, four edges.
  let proposal: CascadeNetwork
  /// R-Net: 24x24 to 6 numbers: two logits, four edges.
  let refinement: CascadeNetwork
  /// O-Net: 48x48 to 16 numbers: two logits, four edges, five x, five y.
  let output: CascadeNetwork

  /// CRC-32 of the tensors' names and values, per file: equal for equal weights, however they are
  /// stored.
  package let checksum: String

  /// Loads the three files in `directory`.
  ///
  /// Strict: the files must hold every tensor of the networks, in its shape, and no other one.
  ///
  /// - Parameter kernels: the kernels that the networks run on.
  package static func load(
    directory: String, kernels: any KernelSet
  ) throws(FaceDetectionError) -> MTCNNWeights {
    var checksums: [String] = []
    func network(
      _ name: String,
      _ make: (StrictTensors, any KernelSet) throws(FaceDetectionError) -> CascadeNetwork
    ) throws(FaceDetectionError) -> CascadeNetwork {
      let tensors = try StrictTensors(path: directory + "/" + name)
      checksums.append(tensors.checksum)
      return try make(tensors, kernels)
    }
    let proposal = try network("pnet.pt", proposalNetwork)
    let refinement = try network("rnet.pt", refinementNetwork)
    let output = try network("onet.pt", outputNetwork)
    return MTCNNWeights(
      proposal: proposal, refinement: refinement, output: output,
      checksum: checksums.joined(separator: "-"))
  }

  private static func proposalNetwork(
    _ tensors: StrictTensors, _ kernels: any KernelSet
  ) throws(FaceDetectionError) -> CascadeNetwork {
    var file = tensors
    let network = CascadeNetwork(
      convolutions: [
        try file.convolution("conv1", "prelu1", inputs: 3, outputs: 10, kernel: 3, pooling: 2),
        try file.convolution("conv2", "prelu2", inputs: 10, outputs: 16, kernel: 3),
        try file.convolution("conv3", "prelu3", inputs: 16, outputs: 32, kernel: 3),
        ConvolutionLayer(
          inputChannels: 32, kernel: 1,
          weight: try file.take("conv4_1.weight", [2, 32, 1, 1])
            + file.take("conv4_2.weight", [4, 32, 1, 1]),
          bias: try file.take("conv4_1.bias", [2]) + file.take("conv4_2.bias", [4]), slope: nil),
      ], kernels: kernels)
    try file.finish()
    return network
  }

  private static func refinementNetwork(
    _ tensors: StrictTensors, _ kernels: any KernelSet
  ) throws(FaceDetectionError) -> CascadeNetwork {
    var file = tensors
    let network = CascadeNetwork(
      convolutions: [
        try file.convolution("conv1", "prelu1", inputs: 3, outputs: 28, kernel: 3, pooling: 3),
        try file.convolution("conv2", "prelu2", inputs: 28, outputs: 48, kernel: 3, pooling: 3),
        try file.convolution("conv3", "prelu3", inputs: 48, outputs: 64, kernel: 2),
      ],
      dense: [
        try file.dense("dense4", "prelu4", channels: 64, side: 3, outputs: 128),
        try file.heads([("dense5_1", 2), ("dense5_2", 4)], inputs: 128),
      ], kernels: kernels)
    try file.finish()
    return network
  }

  private static func outputNetwork(
    _ tensors: StrictTensors, _ kernels: any KernelSet
  ) throws(FaceDetectionError) -> CascadeNetwork {
    var file = tensors
    let network = CascadeNetwork(
      convolutions: [
        try file.convolution("conv1", "prelu1", inputs: 3, outputs: 32, kernel: 3, pooling: 3),
        try file.convolution("conv2", "prelu2", inputs: 32, outputs: 64, kernel: 3, pooling: 3),
        try file.convolution("conv3", "prelu3", inputs: 64, outputs: 64, kernel: 3, pooling: 2),
        try file.convolution("conv4", "prelu4", inputs: 64, outputs: 128, kernel: 2),
      ],
      dense: [
        try file.dense("dense5", "prelu5", channels: 128, side: 3, outputs: 256),
        try file.heads([("dense6_1", 2), ("dense6_2", 4), ("dense6_3", 10)], inputs: 256),
      ], kernels: kernels)
    try file.finish()
    return network
  }
}

/// A weight file from which every tensor is taken exactly once, in the expected shape.
private struct StrictTensors {
  private let path: String
  private let file: TorchFile
  private var taken: Set<String> = []

  init(path: String) throws(FaceDetectionError) {
    self.path = path
    do {
      file = try TorchFile.read(contentsOf: path)
    } catch {
      throw FaceDetectionError(
        code: .unreadableWeights, subject: path,
        message: "can't read the weights of MTCNN; expected facenet-pytorch's file", cause: error)
    }
  }

  /// CRC-32 of names and values, in the order of the names.
  var checksum: String {
    var sum = CRC32()
    for tensor in file.tensors.sorted(by: { $0.name < $1.name }) {
      sum.update(Array(tensor.name.utf8))
      tensor.values.withUnsafeBytes { sum.update($0) }
    }
    return String(sum.value, radix: 16)
  }

  /// The values of a tensor.
  mutating func take(_ name: String, _ shape: [Int]) throws(FaceDetectionError) -> [Float] {
    guard let tensor = file[name] else {
      throw FaceDetectionError(
        code: .unexpectedWeights, subject: path,
        message: "expected tensor \(name) of shape \(shape), found none of that name among "
          + "\(file.tensors.count); is it the file of another network?")
    }
    guard tensor.shape == shape, tensor.values.count == shape.reduce(1, *) else {
      throw FaceDetectionError(
        code: .unexpectedWeights, subject: path,
        message: "tensor \(name): expected shape \(shape), got \(tensor.shape)")
    }
    taken.insert(name)
    return tensor.values
  }

  /// Throws if the file has tensors that were not taken.
  func finish() throws(FaceDetectionError) {
    if let extra = file.tensors.first(where: { !taken.contains($0.name) }) {
      throw FaceDetectionError(
        code: .unexpectedWeights, subject: path,
        message: "tensor \(extra.name) of shape \(extra.shape) belongs to no layer; "
          + "is it the file of another network?")
    }
  }

  mutating func convolution(
    _ name: String, _ slope: String, inputs: Int, outputs: Int, kernel: Int, pooling: Int? = nil
  ) throws(FaceDetectionError) -> ConvolutionLayer {
    ConvolutionLayer(
      inputChannels: inputs, kernel: kernel,
      weight: try take(name + ".weight", [outputs, inputs, kernel, kernel]),
      bias: try take(name + ".bias", [outputs]), slope: try take(slope + ".weight", [outputs]),
      pooling: pooling)
  }

  /// The dense layer after the convolutions. The networks flatten their maps in the order
  /// (w, h, c), inherited from their Caffe originals; the weights are reordered once to (c, h, w).
  mutating func dense(
    _ name: String, _ slope: String, channels: Int, side: Int, outputs: Int
  ) throws(FaceDetectionError) -> FullyConnectedLayer {
    let inputs = channels * side * side
    let stored = try take(name + ".weight", [outputs, inputs])
    var weight = stored
    for k in 0..<outputs {
      for c in 0..<channels {
        for h in 0..<side {
          for w in 0..<side {
            weight[k * inputs + (c * side + h) * side + w] =
              stored[k * inputs + (w * side + h) * channels + c]
          }
        }
      }
    }
    return FullyConnectedLayer(
      inputCount: inputs, weight: weight, bias: try take(name + ".bias", [outputs]),
      slope: try take(slope + ".weight", [outputs]))
  }

  /// Several dense layers on the same input, combined into one.
  mutating func heads(
    _ heads: [(name: String, outputs: Int)], inputs: Int
  ) throws(FaceDetectionError) -> FullyConnectedLayer {
    var (weight, bias): ([Float], [Float]) = ([], [])
    for head in heads {
      weight += try take(head.name + ".weight", [head.outputs, inputs])
      bias += try take(head.name + ".bias", [head.outputs])
    }
    return FullyConnectedLayer(inputCount: inputs, weight: weight, bias: bias, slope: nil)
  }
}
