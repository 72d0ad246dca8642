internal import NeuralNetwork
internal import SwiftProtobuf

/// A ResNet18 in evaluation mode as a graph of ONNX's operators.
///
/// Nodes have the names of torchvision's modules: `layer1.0.conv1`, `layer1.0.bn1`,
/// `layer1.0.relu`. Initializers have the names of the state_dict. Dropout does nothing in
/// evaluation mode and is left out.
struct NetworkGraph {
  /// The input: float32, `batch x 3 x size x size`, normalised, red first.
  static let input = "pictures"
  /// The output: float32, `batch x classes`.
  static let output = "logits"
  /// The dimension that is known only when the model runs.
  static let batch = "batch"

  private let architecture: ResNet18Architecture
  private let topology: ResNet18Topology
  private let weights: LayerWeights
  private let folds: Bool
  private var builder = GraphBuilder()

  /// - Parameters:
  ///   - state: the weights and statistics.
  ///   - folds: whether BatchNorm layers are folded into the layers before them.
  /// - Throws: `ONNXFileError` with `content` if the state lacks an entry of its architecture.
  static func make(_ state: NetworkState, folds: Bool) throws(ONNXFileError) -> Onnx_GraphProto {
    var graph = NetworkGraph(
      architecture: state.architecture, weights: LayerWeights(state), folds: folds)
    try graph.addHead(to: graph.addBackbone())
    return graph.message
  }

  private init(architecture: ResNet18Architecture, weights: LayerWeights, folds: Bool) {
    self.architecture = architecture
    topology = ResNet18Topology(architecture)
    self.weights = weights
    self.folds = folds
  }

  private var message: Onnx_GraphProto {
    let size = Int64(architecture.inputSize)
    return .with {
      $0.name = "resnet18"
      $0.node = builder.nodes
      $0.initializer = builder.initializers
      $0.input = [
        .value(
          Self.input, [.named(Self.batch), .fixed(3), .fixed(size), .fixed(size)],
          "Face crops: red, green and blue planes, normalised as mean and standardDeviation say.")
      ]
      $0.output = [
        .value(
          Self.output, [.named(Self.batch), .fixed(Int64(architecture.classes))],
          "Real and fake, in the order that labels says, before softmax and temperature.")
      ]
    }
  }

  // MARK: Backbone

  /// The stem, the four stages and the pooling: `batch x 3 x size x size` to `batch x features`.
  private mutating func addBackbone() throws(ONNXFileError) -> String {
    var maps = try addConvolution(topology.stem, of: Self.input)
    maps = builder.add("relu", "Relu", [maps])
    maps = builder.add(
      "maxpool", "MaxPool", [maps],
      [.ints("kernel_shape", [3, 3]), .ints("strides", [2, 2]), .ints("pads", [1, 1, 1, 1])])
    for block in topology.blocks { maps = try addBlock(block, of: maps) }
    maps = builder.add("avgpool", "GlobalAveragePool", [maps])
    return builder.add("flatten", "Flatten", [maps], [.int("axis", 1)])
  }

  /// A basic block (He et al. 2015, figure 5 left).
  private mutating func addBlock(
    _ block: ResNet18Topology.Block, of input: String
  ) throws(ONNXFileError) -> String {
    var maps = try addConvolution(block.first, of: input)
    maps = builder.add(block.name + ".relu", "Relu", [maps])
    maps = try addConvolution(block.second, of: maps)
    var shortcut = input
    if let projection = block.projection {
      shortcut = try addConvolution(projection, of: input)
    }
    maps = builder.add(block.name + ".add", "Add", [maps, shortcut])
    // In torchvision this is the same module as after the first convolution; a node needs a name of
    // its own.
    return builder.add(block.name + ".relu_1", "Relu", [maps])
  }

  /// A convolution without bias and the BatchNorm after it; one convolution with a bias if they are
  /// folded.
  private mutating func addConvolution(
    _ convolution: ResNet18Topology.Convolution, of input: String
  ) throws(ONNXFileError) -> String {
    let (name, stride) = (convolution.name, convolution.stride)
    let weight = try weights.entry(name + ".weight")
    let attributes: [GraphBuilder.Attribute] = [
      .ints("kernel_shape", Array(weight.shape.dropFirst(2))), .ints("strides", [stride, stride]),
      .ints("pads", Array(repeating: convolution.padding, count: 4)),
    ]
    guard folds else {
      let inputs = [input, builder.add(name + ".weight", weight)]
      return try addBatchNorm(
        convolution.norm, of: builder.add(name, "Conv", inputs, attributes))
    }
    let affine = try weights.affine(convolution.norm)
    let inputs = [
      input, builder.add(name + ".weight", weight.scaled(by: affine.scale)),
      builder.add(
        name + ".bias",
        LayerWeights.Entry(shape: [affine.shift.count], values: affine.shift.map { Float($0) })),
    ]
    return builder.add(name, "Conv", inputs, attributes)
  }

  private mutating func addBatchNorm(
    _ name: String, of input: String
  ) throws(ONNXFileError) -> String {
    var inputs = [input]
    for part in ["weight", "bias", "running_mean", "running_var"] {
      inputs.append(builder.add("\(name).\(part)", try weights.entry("\(name).\(part)")))
    }
    return builder.add(
      name, "BatchNormalization", inputs, [.float("epsilon", Float(LayerWeights.epsilon))])
  }

  // MARK: Head

  /// `batch x features` to `batch x classes`.
  private mutating func addHead(to features: String) throws(ONNXFileError) {
    var features = features
    if let (linear, norm) = topology.head.hidden {
      features = try addLinear(linear.name, norm: norm, of: features)
      // torchvision's `nn.Sequential` numbers its modules; ReLU follows the layer before it.
      features = builder.add(norm == nil ? "fc.2" : "fc.3", "Relu", [features])
    }
    _ = try addLinear(topology.head.output.name, norm: nil, of: features, output: Self.output)
  }

  /// A linear layer and the BatchNorm after it, if there is one; folded into one layer if `folds`.
  private mutating func addLinear(
    _ name: String, norm: String?, of input: String, output: String? = nil
  ) throws(ONNXFileError) -> String {
    var weight = try weights.entry(name + ".weight")
    var bias = try weights.entry(name + ".bias")
    if folds, let norm {
      let affine = try weights.affine(norm)
      weight = weight.scaled(by: affine.scale)
      for (index, shift) in affine.shift.enumerated() {
        bias.values[index] = Float(Double(bias.values[index]) * affine.scale[index] + shift)
      }
    }
    let inputs = [
      input, builder.add(name + ".weight", weight), builder.add(name + ".bias", bias),
    ]
    let answers = builder.add(name, "Gemm", inputs, output: output, [.int("transB", 1)])
    guard let norm, !folds else { return answers }
    return try addBatchNorm(norm, of: answers)
  }
}

extension Onnx_ValueInfoProto {
  /// A tensor of float32.
  fileprivate static func value(
    _ name: String, _ dimensions: [Onnx_TensorShapeProto.Dimension], _ text: String
  ) -> Onnx_ValueInfoProto {
    .with {
      $0.name = name
      $0.docString = text
      $0.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
      $0.type.tensorType.shape.dim = dimensions
    }
  }
}

extension Onnx_TensorShapeProto.Dimension {
  fileprivate static func fixed(_ value: Int64) -> Onnx_TensorShapeProto.Dimension {
    .with { $0.dimValue = value }
  }

  fileprivate static func named(_ name: String) -> Onnx_TensorShapeProto.Dimension {
    .with { $0.dimParam = name }
  }
}
