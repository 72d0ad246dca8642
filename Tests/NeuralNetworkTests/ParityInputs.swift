@testable import NeuralNetwork

/// The numbers that this side and `Tests/Fixtures/resnet18/make_fixtures.py` make alike, to the bit.
enum ParityInputs {
  // Keys of the hash; an entry's is its index in the state_dict.
  private static let pictureKey = 10_000
  private static let labelKey = 20_000
  private static let gradientKey = 30_000
  private static let signKey = 40_000

  /// Number `place` of the SplitMix64 that starts at the hash of a key.
  static func bits(_ start: UInt64, _ place: Int) -> UInt64 {
    mix(start &+ UInt64(place + 1) &* 0x9E37_79B9_7F4A_7C15)
  }

  static func start(_ key: Int) -> UInt64 {
    mix(UInt64(key) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
  }

  /// -1..<1 in steps of 2^-23.
  static func uniform(_ start: UInt64, _ place: Int) -> Float {
    Float(bits(start, place) >> 40) * 0x1p-23 - 1
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A state in which nothing has a default that a wrong implementation could share.
  static func state(_ architecture: ResNet18Architecture) -> NetworkState {
    var state = NetworkState(zeros: architecture)
    for (index, entry) in state.entries.enumerated() {
      let start = start(index)
      func fill(_ arena: inout [Float], _ number: (Float) -> Float) {
        for place in 0..<entry.range.count {
          arena[entry.range.lowerBound + place] = number(uniform(start, place))
        }
      }
      switch entry.role {
      case .weight:
        let fanIn = entry.shape.dropFirst().reduce(1, *)
        let scale = Float((6 / Double(fanIn)).squareRoot())
        fill(&state.parameters) { $0 * scale }
      case .batchNormScale: fill(&state.parameters) { $0 * 0.25 + 1 }
      case .batchNormShift, .bias: fill(&state.parameters) { $0 + ($0 < 0 ? -1 : 1) }
      case .runningMean: fill(&state.statistics) { $0 * 0.25 }
      case .runningVariance: fill(&state.statistics) { $0 * 0.5 + 1 }
      case .batchesTracked: state.counters[entry.range.lowerBound] = Int64(index)
      }
    }
    return state
  }

  /// `batch x 3 x size x size`: a coarse pattern of 8x8 pixels and fine noise.
  static func pictures(_ key: Int, batch: Int, size: Int) -> [Float] {
    let (coarse, fine) = (start(pictureKey + 2 * key), start(pictureKey + 2 * key + 1))
    let cells = size / 8
    return (0..<(batch * 3 * size * size)).map { place in
      let (plane, y, x) = (place / (size * size), place / size % size, place % size)
      let cell = (plane * cells + y / 8) * cells + x / 8
      return uniform(coarse, cell) * 1.5 + uniform(fine, place) * 0.5
    }
  }

  /// 0 or 1 for each picture.
  static func labels(_ key: Int, batch: Int) -> [Int] {
    (0..<batch).map { Int(bits(start(labelKey + key), $0) >> 63) }
  }

  /// Gradients of a step that no network computed.
  static func gradients(_ architecture: ResNet18Architecture, step: Int) -> [Float] {
    var gradients: [Float] = []
    let entries = architecture.stateEntries.filter { $0.arena == .parameters }
    for (index, entry) in entries.enumerated() {
      let start = start(gradientKey + 1000 * step + index)
      gradients += (0..<entry.range.count).map { uniform(start, $0) * 0.01 }
    }
    return gradients
  }

  /// The numbers themselves if they are few, otherwise a count-sketch of them.
  static func sketch(_ values: ArraySlice<Float>, size: Int = 256) -> [Float] {
    guard values.count > size else { return Array(values) }
    let start = start(signKey)
    var sums = [Double](repeating: 0, count: size)
    for (place, value) in values.enumerated() {
      let hash = bits(start, place)
      sums[Int(hash >> 56)] += hash & 1 == 0 ? Double(value) : -Double(value)
    }
    return sums.map { Float($0) }
  }
}
