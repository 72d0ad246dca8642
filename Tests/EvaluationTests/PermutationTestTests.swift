import Contract
import Foundation
import Randomness
import Testing

@testable import Evaluation

/// Whether order is told from chance, by counting what chance would do.
struct PermutationTestTests {
  /// Predictions of groups; each group is its labels (0 real, 1 fake) with probabilities.
  private func predictions(_ groups: [[(Int, Double)]]) -> [VideoPrediction] {
    groups.enumerated().flatMap { number, members in
      members.enumerated().map { place, member in
        VideoPrediction(
          video: video(
            "v\(number)-\(place)", member.0 == 1 ? .fake : .real, group: "p\(number)"),
          frames: 1, probability: member.1)
      }
    }
  }

  private func pairs(_ count: Int, real: Double = 0.2, fake: Double = 0.8) -> [[(Int, Double)]] {
    (0..<count).map { [(0, real + Double($0) / 1000), (1, fake + Double($0) / 1000)] }
  }

  /// The shares by trying every arrangement the slow way, labels exchanged within the sets of places.
  private func shares(
    _ probabilities: [Double], _ labels: [Int], within sets: [[Int]]
  ) -> (high: Double, low: Double) {
    func area(_ labels: [Int]) -> Double {
      var sum = 0.0
      for fake in labels.indices where labels[fake] == 1 {
        for real in labels.indices where labels[real] == 0 {
          sum +=
            probabilities[fake] > probabilities[real]
            ? 1 : probabilities[fake] == probabilities[real] ? 0.5 : 0
        }
      }
      return sum / Double(labels.count { $0 == 1 } * labels.count { $0 == 0 })
    }
    let own = area(labels)
    var (count, high, low) = (0, 0, 0)
    for mask in 0..<(1 << labels.count) {
      let other = labels.indices.map { mask >> $0 & 1 }
      guard
        sets.allSatisfy({ set in
          set.count { other[$0] == 1 } == set.count { labels[$0] == 1 }
        })
      else { continue }
      count += 1
      if area(other) >= own - 1e-12 { high += 1 }
      if area(other) <= own + 1e-12 { low += 1 }
    }
    return (Double(high) / Double(count), Double(low) / Double(count))
  }

  /// The same as by trying all 2^n labellings, for several shapes of groups, with ties.
  @Test(arguments: [
    [3, 3, 3], [4, 2, 5], [2, 2, 2, 2, 2, 2, 2], [12], [6, 6], [5, 4, 3],
  ]) func agreesWithTryingEverything(sizes: [Int]) throws {
    var random = RandomStream(seed: 5, .check, UInt64(sizes.count), UInt64(sizes[0]))
    let groups = sizes.map { size in
      (0..<size).map { place in
        (place % 2, (random.uniform(0, 1) * 8).rounded() / 8)
      }
    }
    let test = try #require(PermutationTest(predictions(groups), seed: 1))
    let flat = groups.flatMap(\.self)
    var sets: [[Int]] = []
    for size in sizes {
      let start = sets.last.map { $0[$0.count - 1] + 1 } ?? 0
      sets.append(Array(start..<start + size))
    }
    if test.isOverVideos { sets = [Array(flat.indices)] }
    let expected = shares(flat.map(\.1), flat.map(\.0), within: sets)
    #expect(test.isComplete)
    #expect(isClose(test.shareAsHigh, expected.high) && isClose(test.shareAsLow, expected.low))
  }

  /// Groups of one class exchange their labels whole: two people can't tell, however many videos.
  @Test func groupsOfOneClassAreExchangedWhole() throws {
    let two = try #require(
      PermutationTest(
        predictions([
          (0..<50).map { (0, 0.1 + Double($0) / 1000) },
          (0..<50).map { (1, 0.9 + Double($0) / 1000) },
        ]), seed: 1))
    #expect(two.arrangements == 2 && !two.isOverVideos && two.shareAsHigh == 0.5)
    // Five real and five fake people: one of 252.
    let ten = try #require(
      PermutationTest(
        predictions((0..<10).map { [($0 % 2, $0 % 2 == 1 ? 0.9 : 0.1), ($0 % 2, 0.5)] }), seed: 1))
    #expect(ten.arrangements == 252 && isClose(ten.shareAsHigh, 1.0 / 252))
  }

  /// Few pairs allow too few arrangements: all videos exchange labels then.
  @Test func fewPairsAreComparedOverVideos() throws {
    for (count, arrangements) in [(3, 20), (4, 70), (5, 252), (6, 924)] {
      let test = try #require(PermutationTest(predictions(pairs(count)), seed: 1))
      #expect(test.isOverVideos && test.arrangements == arrangements)
      #expect(isClose(test.shareAsHigh, 1 / Double(arrangements)) && test.shareAsLow == 1)
    }
    let seven = try #require(PermutationTest(predictions(pairs(7)), seed: 1))
    #expect(!seven.isOverVideos && seven.arrangements == 128)
    // Groups of another mix: that people are alike would no longer be on the safe side.
    let uneven = try #require(
      PermutationTest(
        predictions([[(0, 0.1), (1, 0.9)], [(0, 0.1), (0, 0.2), (1, 0.9)]]), seed: 1))
    #expect(!uneven.isOverVideos && uneven.arrangements == 6)
  }

  /// Random arrangements agree with all of them, and the least share is never 0.
  @Test func randomArrangementsAreTriedWhereThereAreTooMany() throws {
    let test = try #require(PermutationTest(predictions(pairs(30)), seed: 1))
    #expect(!test.isComplete && test.arrangements == 10_001)
    #expect(isClose(test.shareAsHigh, 1.0 / 10_001) && test.shareAsLow == 1)
    let tied = try #require(
      PermutationTest(predictions(pairs(30, real: 0.5, fake: 0.5)), seed: 1))
    #expect(tied.shareAsHigh == 1 && tied.shareAsLow == 1 && tied.spread == 0)
    // Of one group, the spread is that of Mann and Whitney's test: (6 + 6 + 1) / (12 * 6 * 6).
    let group = try #require(
      PermutationTest(predictions([(0..<12).map { ($0 % 2, Double($0) / 12) }]), seed: 1))
    #expect(isClose(group.spread, (13.0 / 432).squareRoot()))
  }

  /// Of models that guess, one in a hundred seems better than chance, and one in twenty seems swapped.
  @Test func chanceIsCalledOrderAsOftenAsItShould() throws {
    var (high, low) = (0, 0)
    let models = 1000
    for model in 0..<models {
      var random = RandomStream(seed: UInt64(model), .check)
      // Fifteen videos of six people, each with a face of their own.
      let groups = (0..<6).map { person in
        let face = random.uniform(0, 1)
        return (0..<(person < 3 ? 3 : 2)).map { ($0 % 2, 0.5 * face + 0.5 * random.uniform(0, 1)) }
      }
      let test = try #require(PermutationTest(predictions(groups), seed: 1))
      if test.shareAsHigh <= 0.01 { high += 1 }
      if test.shareAsLow <= 0.05 { low += 1 }
    }
    // At most the share that is asked for, give or take three standard deviations.
    #expect(high <= 10 + 10 && high > 0)
    #expect(low <= 50 + 21 && low > 10)
  }

  /// Nothing to compare: one class, nothing at all, or no number.
  @Test func oneClassHasNoTest() {
    #expect(PermutationTest([], seed: 1) == nil)
    #expect(PermutationTest(predictions([[(0, 0.1), (0, 0.2)]]), seed: 1) == nil)
    #expect(PermutationTest(predictions([[(0, .nan), (1, 0.2)]]), seed: 1) == nil)
  }
}
