import Testing

@testable import Kernels

/// Dimensions of feature maps.
struct MapsCase: CustomTestStringConvertible, Sendable {
  let count: Int
  let channels: Int
  let height: Int
  let width: Int

  var testDescription: String { "\(count) x \(channels) on \(height)x\(width)" }

  func shape(_ kernels: any KernelSet) -> BlockedShape {
    BlockedShape(channels: channels, height: height, width: width, lanes: kernels.lanes)
  }

  func maps(seed: UInt64, mean: Double = 0, deviation: Double = 1) -> ReferenceMaps {
    ReferenceMaps(
      count: count, channels: channels, height: height, width: width, seed: seed, mean: mean,
      deviation: deviation)
  }
}
