internal import Foundation

/// The ways in which PyTorch initialises the weights of a layer, recognised by their distribution.
///
/// Training changes all of these distributions: weights that follow one of them to a few percent,
/// with nothing beyond the bounds, have never been trained.
enum Initializer: String, CaseIterable {
  /// Normal, deviation sqrt(2 / fan out): torchvision's ResNet.
  case kaimingNormalFanOut
  /// Normal, deviation sqrt(2 / fan in).
  case kaimingNormalFanIn
  /// Uniform within 1 / sqrt(fan in): `nn.Conv2d` and `nn.Linear`.
  case layerDefault
  /// Uniform within sqrt(6 / (fan in + fan out)).
  case xavierUniform
  /// Normal, deviation 0.01 or 0.02: heads of detectors and of transformers.
  case smallNormal, transformerNormal

  /// With fewer weights nothing can be told.
  static let leastCount = 64
  /// If a training moves each of this many weights, drawn within bounds, by a twentieth of the
  /// bound, then at least one of them leaves the bounds with a probability of 99.8%. Heads with
  /// fewer weights aren't judged.
  static let leastBoundedCount = 256

  /// The initialiser that made these weights; nil if none did.
  ///
  /// - Parameter shape: outputs, inputs, and for a convolution height and width.
  init?(_ values: [Float], shape: [Int]) {
    guard values.count >= Self.leastCount, shape.count >= 2, values.allSatisfy(\.isFinite) else {
      return nil
    }
    let area = shape.dropFirst(2).reduce(1, *)
    let (fanIn, fanOut) = (Double(shape[1] * area), Double(shape[0] * area))
    let found = Self.allCases.first { candidate in
      switch candidate {
      case .kaimingNormalFanOut: Self.isNormal(values, deviation: (2 / fanOut).squareRoot())
      case .kaimingNormalFanIn: Self.isNormal(values, deviation: (2 / fanIn).squareRoot())
      case .layerDefault: Self.isUniform(values, bound: 1 / fanIn.squareRoot())
      case .xavierUniform: Self.isUniform(values, bound: (6 / (fanIn + fanOut)).squareRoot())
      case .smallNormal: shape.count == 2 && Self.isNormal(values, deviation: 0.01)
      case .transformerNormal: shape.count == 2 && Self.isNormal(values, deviation: 0.02)
      }
    }
    guard let found else { return nil }
    self = found
  }

  /// Whether the initialiser keeps to bounds, which the first step of a training leaves. A normal
  /// distribution, in contrast, may be resembled by a few trained weights by chance.
  var isBounded: Bool { self == .layerDefault }

  /// Kolmogorov's critical value for a probability of one in ten thousand.
  private static let criticalDistance = 2.23

  /// Whether the numbers are a sample of a normal distribution of mean 0.
  private static func isNormal(_ values: [Float], deviation: Double) -> Bool {
    // The cheap test first: four standard errors of a deviation.
    let measured = rootMeanSquare(values)
    guard abs(measured / deviation - 1) < 4 / (2 * Double(values.count)).squareRoot() else {
      return false
    }
    return distance(values) { 0.5 * erfc(-$0 / deviation / 2.0.squareRoot()) } < criticalDistance
  }

  /// Whether the numbers are a sample of a uniform distribution: none beyond the bound, and the
  /// whole range used.
  private static func isUniform(_ values: [Float], bound: Double) -> Bool {
    // Numbers are drawn as Float32.
    let largest = values.reduce(0.0) { max($0, Double(abs($1))) }
    guard largest <= bound * (1 + 1e-6) else { return false }
    return distance(values) { min(max(($0 + bound) / (2 * bound), 0), 1) } < criticalDistance
  }

  /// Kolmogorov's largest distance between the numbers' distribution and another one, times the
  /// square root of their count. Of many numbers, about 65,536 are used.
  private static func distance(_ values: [Float], _ cumulative: (Double) -> Double) -> Double {
    let step = max(values.count / 65_536, 1)
    let sorted = stride(from: 0, to: values.count, by: step).map { values[$0] }.sorted()
    let count = Double(sorted.count)
    var largest = 0.0
    for (index, value) in sorted.enumerated() {
      let expected = cumulative(Double(value))
      largest = max(
        largest, abs(expected - Double(index) / count), abs(expected - Double(index + 1) / count))
    }
    return largest * count.squareRoot()
  }

  private static func rootMeanSquare(_ values: [Float]) -> Double {
    let sum = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    return (sum / Double(max(values.count, 1))).squareRoot()
  }
}
