import Kernels
import Measure
import NeuralNetwork
import Randomness

/// What `trainer tune` measures: the kernels that a network's layers have, each beside the same kernel
/// with one other number, and beside itself, which shows how far ratios can be trusted.
struct TuningMeasurement {
  let kernels: any KernelSet
  /// Pictures of one worker.
  let pictures: Int
  let rounds: Int

  /// Seconds of the chosen kernel divided by those of the variant: above 1 the variant is faster.
  struct Row: Encodable {
    let layer: String
    let number: String
    let chosen: String
    let value: String
    let forward: Double
    /// nil for the layer of the pictures, which have no gradient.
    let inputGrad: Double?
    let weightGrad: Double
    /// Packing of the weights for both directions, once for all pictures.
    let packing: Double
    /// Milliseconds of the chosen kernel, packing and all three passes.
    let milliseconds: Double
  }

  /// The numbers that can be changed in these layers, in alphabetical order.
  func numbers(of shapes: [ConvolutionShape]) -> [String] {
    Set(shapes.flatMap { kernels.variants($0, pictures: pictures).map(\.number) }).sorted()
  }

  /// Compares all variants of a layer with its kernel.
  ///
  /// - Parameter only: the one number that is changed; nil changes each in turn.
  func measure(
    _ layer: (name: String, shape: ConvolutionShape), only number: String?
  ) -> [Row] {
    let chosen = kernels.convolution(layer.shape, pictures: pictures)
    let control = KernelVariant(number: "none", chosen: "", value: "", kernel: chosen)
    let variants = kernels.variants(layer.shape, pictures: pictures)
      .filter { number == nil || $0.number == number }
    guard !variants.isEmpty else { return [] }
    return ([control] + variants).map { variant in
      // Both are made anew for each comparison: where memory happens to lie makes a difference.
      let usual = TuningCase(chosen, pictures)
      let other = TuningCase(variant.kernel, pictures)
      var (ratios, seconds) = ([TuningCase.Times](), [Double]())
      // The first round warms up.
      for round in 0...rounds {
        let (first, second) = round.isMultiple(of: 2) ? (usual, other) : (other, usual)
        let times = (first.run(), second.run())
        guard round > 0 else { continue }
        let (chosen, changed) = round.isMultiple(of: 2) ? times : (times.1, times.0)
        ratios.append(chosen.divided(by: changed))
        seconds.append(chosen.sum)
      }
      return Row(
        layer: layer.name, number: variant.number, chosen: variant.chosen, value: variant.value,
        forward: median(ratios.map(\.forward)),
        inputGrad: layer.shape.inputChannels == 3 ? nil : median(ratios.map(\.inputGrad)),
        weightGrad: median(ratios.map(\.weightGrad)), packing: median(ratios.map(\.packing)),
        milliseconds: median(seconds) * 1e3)
    }
  }
}

/// A kernel with the memory that it computes in.
private final class TuningCase {
  struct Times {
    var forward = 0.0
    var inputGrad = 0.0
    var weightGrad = 0.0
    var packing = 0.0

    var sum: Double { forward + inputGrad + weightGrad + packing }

    func divided(by other: Times) -> Times {
      Times(
        forward: forward / other.forward, inputGrad: inputGrad / other.inputGrad,
        weightGrad: weightGrad / other.weightGrad, packing: packing / other.packing)
    }
  }

  private let kernel: any ConvolutionKernel
  private let pictures: Int
  private let memory = FloatMemory()
  private let input, output, outputGrad, inputGrad: UnsafeMutablePointer<Float>
  private let packed, packedBackward, weightGrad: UnsafeMutablePointer<Float>
  private let sums, scratch: UnsafeMutablePointer<Float>
  private let weight: [Float]

  init(_ kernel: any ConvolutionKernel, _ pictures: Int) {
    let shape = kernel.shape
    self.kernel = kernel
    self.pictures = pictures
    var random = RandomStream(seed: 1, .check)
    input = memory.floats(pictures * shape.inputCount)
    output = memory.floats(pictures * shape.output.pictureCount)
    outputGrad = memory.floats(pictures * shape.output.pictureCount)
    inputGrad = memory.floats(pictures * shape.inputCount)
    packed = memory.floats(kernel.packedCount)
    packedBackward = memory.floats(kernel.packedBackwardCount)
    weightGrad = memory.floats(shape.packedGradCount)
    sums = memory.floats(kernel.gradSumCount)
    scratch = memory.floats(kernel.scratchCount)
    for index in 0..<pictures * shape.inputCount { input[index] = random.uniform() - 0.5 }
    for index in 0..<pictures * shape.output.pictureCount {
      outputGrad[index] = random.uniform() - 0.5
    }
    weight = (0..<shape.weightCount).map { _ in random.uniform() - 0.5 }
  }

  /// All three passes over all pictures, in groups as a training has them.
  func run() -> Times {
    var times = Times()
    let shape = kernel.shape
    times.packing = seconds {
      kernel.pack(weight, outputs: 0..<shape.outputChannels, scale: nil, into: packed)
      kernel.packBackward(weight, inputs: 0..<shape.inputChannels, into: packedBackward)
    }
    for first in stride(from: 0, to: pictures, by: kernel.group) {
      let count = min(kernel.group, pictures - first)
      let (input, grad) = (
        ConvolutionInput(input + first * shape.inputCount),
        outputGrad + first * shape.output.pictureCount
      )
      times.forward += seconds {
        kernel.forward(
          count: count, input: input, weight: packed,
          output: ConvolutionOutput(output + first * shape.output.pictureCount), scratch: scratch)
      }
      times.weightGrad += seconds {
        kernel.weightGrad(
          count: count, input: input, outputGrad: grad, sums: sums, isFirst: first == 0,
          isLast: first + count == pictures, weightGrad: weightGrad, scratch: scratch)
      }
      times.inputGrad += seconds {
        kernel.inputGrad(
          count: count, outputGrad: grad, weight: packedBackward,
          inputGrad: inputGrad + first * shape.inputCount, adds: false, scratch: scratch)
      }
    }
    return times
  }

  /// CPU time, which other programs on the machine disturb less than they do the clock.
  private func seconds(_ body: () -> Void) -> Double {
    let start = ThreadCPUClock.seconds()
    body()
    return ThreadCPUClock.seconds() - start
  }
}
