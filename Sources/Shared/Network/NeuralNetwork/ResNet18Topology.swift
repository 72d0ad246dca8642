/// ResNet18, described once (He et al., Deep Residual Learning for Image Recognition, 2015, table 1): its
/// layers with torchvision's names, their dimensions, and how they are connected.
///
///     pictures -> stem -> max-pooling (3x3, stride 2) -> blocks -> mean over all pixels -> head
///
/// A block computes `relu(norm2(conv2(relu(norm1(conv1(x))))) + shortcut(x))`. The shortcut is `x` itself,
/// or where the block changes the dimensions a projection: a 1x1 convolution and a BatchNorm.
///
/// The state_dict, the layout of memory and all plans of the engines are made from this, in this order.
package struct ResNet18Topology: Sendable {
  /// Stages of blocks, `layer1` to `layer4`; each but the first halves the sides and doubles the channels.
  static let stages = 4
  /// Blocks of a stage.
  static let blocksPerStage = 2

  /// A convolution of square maps without a bias, and the BatchNorm after it.
  package struct Convolution: Sendable {
    /// `layer1.0.conv1`, and `layer1.0.bn1`.
    package let name, norm: String
    let inputs, outputs: Int
    /// Side of the kernel; the padding is half of it.
    package let kernel: Int
    package let stride: Int
    /// Height and width of the input.
    let side: Int

    /// Pixels of zeros around the input.
    package var padding: Int { kernel / 2 }
  }

  package struct Block: Sendable {
    /// `layer1.0`.
    package let name: String
    /// 1...4.
    let stage: Int
    /// The stage whose output it gets: its own, or for the first block of a stage the one before.
    let inputStage: Int
    package let first, second: Convolution
    package let projection: Convolution?
  }

  package struct Linear: Sendable {
    package let name: String
    let inputs, outputs: Int
  }

  /// `Dropout, Linear, BatchNorm, ReLU, Dropout` before the last linear layer; without a hidden layer
  /// nothing is dropped.
  package struct Head: Sendable {
    let dropout: Float
    package let hidden: (linear: Linear, norm: String?)?
    package let output: Linear
  }

  package let stem: Convolution
  package let blocks: [Block]
  package let head: Head

  package init(_ architecture: ResNet18Architecture) {
    let (width, size) = (architecture.width, architecture.inputSize)
    stem = Convolution(
      name: "conv1", norm: "bn1", inputs: 3, outputs: width, kernel: 7, stride: 2, side: size)
    // The stem and the pooling after it halve the sides once each.
    blocks = (1...Self.stages).flatMap { stage in
      (0..<Self.blocksPerStage).map { index in
        Self.block(
          index, ofStage: stage, channels: width << (stage - 1), side: (size / 4) >> (stage - 1))
      }
    }
    head = Self.head(architecture)
  }

  /// - Parameters:
  ///   - channels: of the stage's maps.
  ///   - side: of the stage's maps.
  private static func block(
    _ index: Int, ofStage stage: Int, channels: Int, side: Int
  ) -> Block {
    let name = "layer\(stage).\(index)"
    let narrows = stage > 1 && index == 0
    let (inputs, inputSide) = narrows ? (channels / 2, side * 2) : (channels, side)
    func convolution(
      _ convolution: String, _ norm: String, inputs: Int, kernel: Int, stride: Int, side: Int
    ) -> Convolution {
      Convolution(
        name: "\(name).\(convolution)", norm: "\(name).\(norm)", inputs: inputs,
        outputs: channels, kernel: kernel, stride: stride, side: side)
    }
    let stride = narrows ? 2 : 1
    return Block(
      name: name, stage: stage, inputStage: index == 0 ? stage - 1 : stage,
      first: convolution(
        "conv1", "bn1", inputs: inputs, kernel: 3, stride: stride, side: inputSide),
      second: convolution("conv2", "bn2", inputs: channels, kernel: 3, stride: 1, side: side),
      projection: narrows
        ? convolution(
          "downsample.0", "downsample.1", inputs: inputs, kernel: 1, stride: stride,
          side: inputSide) : nil)
  }

  private static func head(_ architecture: ResNet18Architecture) -> Head {
    let (features, classes) = (architecture.featureCount, architecture.classes)
    switch architecture.head {
    case .linear:
      return Head(
        dropout: 0, hidden: nil, output: Linear(name: "fc", inputs: features, outputs: classes))
    case .mlp(let hidden, let batchNorm, let dropout):
      // Names are indices in torchvision's Sequential, which counts dropout and ReLU too.
      return Head(
        dropout: dropout,
        hidden: (
          Linear(name: "fc.1", inputs: features, outputs: hidden), batchNorm ? "fc.2" : nil
        ),
        output: Linear(name: batchNorm ? "fc.5" : "fc.4", inputs: hidden, outputs: classes))
    }
  }
}
