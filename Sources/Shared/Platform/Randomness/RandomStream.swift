/// A stream of random numbers that depends on its key only: a seed, a purpose, and counters such as
/// epoch and sample. Two threads that ask for the same key get the same numbers, in whatever order
/// they ask.
///
/// The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
/// 2014); its initial state is a hash of the key. Not for cryptography.
package struct RandomStream: RandomNumberGenerator, Sendable {
  /// What the numbers of a stream are used for. Streams of different purposes are independent.
  package enum Purpose: UInt64, Sendable {
    /// The first weights of a network.
    case weights = 1
    /// The order of samples in an epoch.
    case order = 2
    /// How a picture is changed before the network sees it.
    case augmentation = 3
    /// Which activations are dropped.
    case dropout = 4
    /// Which side of a split a group lies on.
    case split = 5
    /// Draws with replacement for confidence intervals.
    case bootstrap = 6
    /// Inputs of checks and benchmarks.
    case check = 7
    /// How a picture is degraded to test a model.
    case perturbation = 8
    /// People, scenes and manipulations of sample clips.
    case sampleClips = 9
    /// Permutations of labels, to measure the chance level.
    case permutation = 10
    /// How a fake is made from a real face.
    case selfBlending = 11
  }

  private var state: UInt64

  /// Starts the stream of a key.
  package init(seed: UInt64, _ purpose: Purpose, _ counters: UInt64...) {
    var hash = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    hash = Self.mix(hash ^ purpose.rawValue &* 0xD1B5_4A32_D192_ED03)
    for (index, counter) in counters.enumerated() {
      hash = Self.mix(hash &+ Self.mix(counter &+ UInt64(index &+ 1) &* 0x8CB9_2BA7_2F3D_8DD7))
    }
    state = hash
  }

  /// 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// A number in [0, 1) with 24 random bits, which is exactly representable.
  package mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A number in [lower, upper); the lower end for an empty range.
  package mutating func uniform(_ lower: Double, _ upper: Double) -> Double {
    lower + (upper - lower) * (Double(next() >> 11) * 0x1p-53)
  }

  /// A number in a range, all equally likely.
  package mutating func within(_ range: ClosedRange<Double>) -> Double {
    uniform(range.lowerBound, range.upperBound)
  }

  /// A number at most `distance` from `centre`, all equally likely.
  package mutating func around(_ centre: Double, _ distance: Double) -> Double {
    uniform(centre - distance, centre + distance)
  }

  /// Whether an event of this probability happens; draws one number in any case.
  package mutating func happens(_ probability: Double) -> Bool {
    uniform(0, 1) < probability
  }

  /// A number in 0..<count, all equally likely (the bias is below count / 2^64).
  ///
  /// - Precondition: `count` is positive.
  package mutating func below(_ count: Int) -> Int {
    precondition(count > 0, "a number can be drawn from at least one")
    return Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// The numbers 0..<count in random order (Fisher and Yates). Unlike the standard library's
  /// `shuffled(using:)` it is the same in every version of Swift.
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<max(count, 0))
    shuffle(&order)
    return order
  }

  /// Puts the elements in random order.
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, below(last + 1))
    }
  }

  /// The finalizer of SplitMix64: a bijection that spreads every input bit over all output bits.
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
