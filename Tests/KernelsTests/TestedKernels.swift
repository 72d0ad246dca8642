import NeuralNetwork
import TestSupport
import Testing

@testable import Kernels

/// One of the sets of kernels that this processor runs, as an argument of a test.
struct TestedKernels: CustomTestStringConvertible, Sendable {
  let kernels: any KernelSet

  var testDescription: String { kernels.name }

  static let all = Processor.available.map { TestedKernels(kernels: $0) }
}

extension ReferenceMaps {
  /// Maps with one value for each pixel of them all: numbers that a float holds, whatever their mean.
  init(
    count: Int, channels: Int, height: Int, width: Int, seed: UInt64, mean: Double = 0,
    deviation: Double = 1
  ) {
    self.init(
      count: count, channels: channels, height: height, width: width,
      values: pseudoRandom(count * channels * height * width, seed: seed).map {
        Double(Float(mean + deviation * Double($0)))
      })
  }

  /// The values of maps in blocks, if the channels that fill up the last block are zero.
  func checked(_ blocked: [Float], lanes: Int) -> [Float] {
    let maps = ReferenceMaps(
      blocked: blocked, lanes: lanes, count: count, channels: channels, height: height,
      width: width)
    let filled = zip(maps.blocked(lanes: lanes), blocked).filter { $0 != $1 && !$1.isNaN }
    let broken = blocked.count(where: \.isNaN) != maps.values.count(where: \.isNaN)
    #expect(filled.isEmpty && !broken, "channels that fill up the last block are zero")
    return maps.values.map { Float($0) }
  }

  /// What each value becomes, which may depend on its channel.
  func mapped(_ transform: (_ value: Double, _ channel: Int) -> Double) -> ReferenceMaps {
    with(values.indices.map { transform(values[$0], $0 / (height * width) % channels) })
  }
}

/// Values of channels, with zeros up to whole blocks.
func wholeBlocks(_ values: [Float], lanes: Int) -> [Float] {
  let whole = (values.count + lanes - 1) / lanes * lanes
  return values + [Float](repeating: 0, count: whole - values.count)
}
