internal import Contract
internal import Randomness

/// Whether scores have anything to do with the labels: how often chance would rank fakes above reals
/// as well as the model did, or as badly.
///
/// An exact test of the AUC of videos (Fisher's permutation test, the labels exchanged as in
/// ``LabelExchange``): it needs no least number of people, and is not fooled by several videos of a
/// person. Where there are too many arrangements for all of them, random ones are tried; with the true
/// one counted in, that is exact too (Phipson and Smyth: Permutation p-values should never be zero, 2010).
public struct PermutationTest: Codable, Sendable, Equatable {
  /// Arrangements of the labels that were tried.
  public let arrangements: Int
  /// Whether these are all there are.
  public let isComplete: Bool
  /// Whether labels were exchanged between all videos; else within groups, and between groups of one
  /// class.
  public let isOverVideos: Bool
  /// Share of the arrangements with an AUC at least as high: small where the model tells the classes.
  public let shareAsHigh: Double
  /// Share of the arrangements with an AUC at least as low: small where the model has the classes
  /// swapped.
  public let shareAsLow: Double
  /// Standard deviation of the AUC of the arrangements: how far chance goes from 0.5.
  public let spread: Double

  /// With fewer arrangements no result is as unlikely as a verdict needs it (1%).
  static let leastArrangements = 100
  /// All arrangements are tried up to so many.
  static let largestCompleteCount = 20_000
  /// Random ones where there are more.
  static let draws = 10_000
  /// Videos times arrangements, at most: half a second.
  static let maximumWork = 500_000_000

  /// Tests predictions.
  ///
  /// - Returns: nil where a class is missing or a prediction is no probability.
  init?(_ videos: [VideoPrediction], seed: UInt64) {
    let sorted = videos.sorted { $0.probability < $1.probability }
    let labels = sorted.map { $0.video.label == .fake }
    guard sorted.allSatisfy(\.labelled.isValid), labels.contains(true), labels.contains(false)
    else { return nil }
    let names = Set(videos.map(\.video.group)).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    let exchange = LabelExchange(
      groups: sorted.map { numbers[$0.video.group] ?? 0 }, isFake: labels,
      leastArrangements: Self.leastArrangements)
    let isLast = sorted.indices.map { place in
      place + 1 == sorted.count || sorted[place].probability < sorted[place + 1].probability
    }
    let own = Self.area(labels, isLast)
    var tally = Tally(own: own)
    isOverVideos = exchange.isOverVideos
    isComplete = exchange.arrangements <= Self.largestCompleteCount
    if isComplete {
      exchange.forEach { tally.add(Self.area($0, isLast)) }
    } else {
      tally.add(own)
      let draws = min(Self.draws, max(Self.maximumWork / sorted.count, 999))
      for draw in 0..<draws {
        var random = RandomStream(seed: seed, .permutation, UInt64(draw))
        tally.add(Self.area(exchange.random(&random), isLast))
      }
    }
    arrangements = tally.count
    shareAsHigh = Double(tally.asHigh) / Double(tally.count)
    shareAsLow = Double(tally.asLow) / Double(tally.count)
    spread = tally.spread
  }

  private struct Tally {
    let own: Double
    var count = 0
    var asHigh = 0
    var asLow = 0
    var sum = 0.0
    var squares = 0.0

    init(own: Double) { self.own = own }

    mutating func add(_ area: Double) {
      // Areas are fractions: two that differ do so by more than rounding.
      let tolerance = 1e-12
      count += 1
      asHigh += area >= own - tolerance ? 1 : 0
      asLow += area <= own + tolerance ? 1 : 0
      sum += area
      squares += area * area
    }

    var spread: Double {
      let mean = sum / Double(count)
      return max(squares / Double(count) - mean * mean, 0).squareRoot()
    }
  }

  /// The AUC of videos by rising score; `isLast` tells where a score is the last of its kind.
  private static func area(_ isFake: [Bool], _ isLast: [Bool]) -> Double {
    var doubled = 0
    var (realsBelow, fakesBelow) = (0, 0)
    var (reals, fakes) = (0, 0)
    for (fake, last) in zip(isFake, isLast) {
      fakes &+= fake ? 1 : 0
      reals &+= fake ? 0 : 1
      if last {
        doubled &+= fakes &* (2 &* realsBelow &+ reals)
        realsBelow &+= reals
        fakesBelow &+= fakes
        (reals, fakes) = (0, 0)
      }
    }
    return Double(doubled) / (2 * Double(realsBelow) * Double(fakesBelow))
  }
}
