import Contract
import Foundation
import Randomness
import Testing

@testable import Evaluation

/// The permutation test, compared with counting all arrangements.
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

  /// The AUC by all pairs, the slow way.
  private func area(_ members: [(Int, Double)]) -> Double {
    var sum = 0.0
    let fakes = members.filter { $0.0 == 1 }
    let reals = members.filter { $0.0 == 0 }
    for fake in fakes {
      for real in reals { sum += fake.1 > real.1 ? 1 : fake.1 == real.1 ? 0.5 : 0 }
    }
    return sum / Double(fakes.count * reals.count)
  }

  private func weight(_ members: [(Int, Double)]) -> Double {
    let fakes = Double(members.count { $0.0 == 1 })
    let reals = Double(members.count) - fakes
    return reals * fakes / (reals + fakes)
  }

  /// Groups with both classes exchange them as a whole: the same as trying every sign the slow way.
  @Test(arguments: [[3, 3, 3], [4, 2, 5], [2, 2, 2, 2, 2, 2, 2], [12], [6, 7], [5, 4, 3, 9]])
  func mixedGroupsAgreeWithTryingEverything(sizes: [Int]) throws {
    var random = RandomStream(seed: 5, .check, UInt64(sizes.count), UInt64(sizes[0]))
    let groups: [[(Int, Double)]] = sizes.map { size in
      (0..<size).map { place in (place % 2, (random.uniform(0, 1) * 8).rounded() / 8) }
    }
    let test = try #require(PermutationTest(predictions(groups), seed: 1))
    let differences = groups.map { weight($0) * (area($0) - 0.5) }
    let total = groups.reduce(0) { $0 + weight($1) }
    let own = differences.reduce(0, +)
    var (high, low) = (0, 0)
    for mask in 0..<(1 << groups.count) {
      let sum = differences.enumerated().reduce(0) {
        $0 + (mask >> $1.offset & 1 == 0 ? $1.element : -$1.element)
      }
      high += sum >= own - 1e-9 ? 1 : 0
      low += sum <= own + 1e-9 ? 1 : 0
    }
    let count = Double(1 << groups.count)
    #expect(test.groups.arrangements == 1 << groups.count && test.comparedGroups == groups.count)
    #expect(isClose(test.groups.asHigh, Double(high) / count))
    #expect(isClose(test.groups.asLow, Double(low) / count))
    #expect(isClose(test.areaWithinGroups, 0.5 + own / total))
  }

  /// `count` members of one label, with probabilities that rise in small steps.
  private func run(_ count: Int, _ label: Int, from start: Double) -> [(Int, Double)] {
    (0..<count).map { (label, start + Double($0) / 1000) }
  }

  /// Groups of one class exchange their labels whole: two people can't tell, however many videos.
  @Test func groupsOfOneClassAreExchangedWhole() throws {
    let two = try #require(
      PermutationTest(predictions([run(50, 0, from: 0.1), run(50, 1, from: 0.9)]), seed: 1))
    #expect(two.groups.arrangements == 2 && two.groups.asHigh == 0.5 && two.videos == nil)
    // Five real and five fake people: one of 252.
    let people: [[(Int, Double)]] = (0..<10).map { place in
      let label = place % 2
      return run(2, label, from: label == 1 ? 0.8 : 0.1 + Double(place) / 100)
    }
    let ten = try #require(PermutationTest(predictions(people), seed: 1))
    #expect(ten.groups.arrangements == 252 && isClose(ten.groups.asHigh, 1.0 / 252))
    // The spread is that of Mann and Whitney's test.
    let single: [[(Int, Double)]] = (0..<12).map { [($0 % 2, Double($0) / 12)] }
    let apart = try #require(PermutationTest(predictions(single), seed: 1))
    #expect(isClose(apart.groups.spread, (13.0 / 432).squareRoot()))
  }

  /// People of one class say nothing if there are none of the other, and change nothing.
  @Test(arguments: [1, 10, 100]) func moreRealPeopleChangeNothing(count: Int) throws {
    let seven = try #require(PermutationTest(predictions(pairs(7)), seed: 1))
    let reals = (0..<count).map { place -> [(Int, Double)] in [(0, 0.1 + Double(place) / 1000)] }
    let more = try #require(PermutationTest(predictions(pairs(7) + reals), seed: 1))
    #expect(seven.groups.asHigh == 1.0 / 128)
    #expect(more.groups == seven.groups && more.comparedGroups == 7)
  }

  /// A person with many fakes and high scores proves nothing: videos are compared within people.
  @Test func unequalMixesAreNoEvidence() throws {
    // Within each person fakes score lower; between them, the one with more fakes scores higher.
    let first = run(8, 1, from: 0.80) + run(2, 0, from: 0.90)
    let second = run(2, 1, from: 0.10) + run(8, 0, from: 0.20)
    let test = try #require(PermutationTest(predictions([first, second]), seed: 1))
    #expect(test.areaWithinGroups == 0 && test.groups.asHigh == 1)
    #expect(area(first + second) > 0.5)
  }

  /// Random arrangements agree with the exact answer, and the least share is never 0.
  @Test func randomArrangementsAreTriedWhereThereAreTooMany() throws {
    let test = try #require(PermutationTest(predictions(pairs(30)), seed: 1))
    #expect(test.groups.arrangements == 10_001)
    #expect(isClose(test.groups.asHigh, 1.0 / 10_001) && test.groups.asLow == 1)
    let equal: [[(Int, Double)]] = (0..<30).map { _ in [(0, 0.5), (1, 0.5)] }
    let tied = try #require(PermutationTest(predictions(equal), seed: 1))
    #expect(tied.groups.asHigh == 1 && tied.groups.asLow == 1 && tied.groups.spread == 0)
    // Signs of 30 equal differences: the standard deviation is 0.5 / sqrt(30).
    #expect(abs(test.groups.spread - 0.5 / 30.0.squareRoot()) < 0.003)
  }

  /// A hundred thousand groups are no more than a few seconds, whatever their mix.
  @Test func manyGroupsAreBounded() throws {
    let reals = (0..<20_000).map { place -> [(Int, Double)] in [(0, Double(place) / 20_000)] }
    let test = try #require(PermutationTest(predictions(pairs(3) + reals), seed: 1))
    #expect(test.groups.arrangements == 8)
    let mixed = (0..<20_000).map { place -> [(Int, Double)] in
      let (real, fake) = (Double(place) / 20_000, Double(place * 7 % 20_000) / 20_000)
      return [(0, real), (1, fake)]
    }
    let large = try #require(PermutationTest(predictions(mixed), seed: 1))
    #expect(large.groups.arrangements == 2501)
  }

  /// At most one in a hundred guessing models seems better than chance by groups, however alike the
  /// videos of a person and class are.
  @Test func alikeVideosDoNotFoolTheGroups() throws {
    var high = 0
    let models = 300
    for model in 0..<models {
      var random = RandomStream(seed: UInt64(model), .check)
      let groups: [[(Int, Double)]] = (0..<8).map { _ in
        // Two recordings of a person, each cut into five clips.
        let recordings = [random.uniform(0, 1), random.uniform(0, 1)]
        return (0..<10).map { clip in
          (clip % 2, 0.9 * recordings[clip % 2] + 0.1 * random.uniform(0, 1))
        }
      }
      let test = try #require(PermutationTest(predictions(groups), seed: 1))
      if test.isBetter(BehaviourLimits()) { high += 1 }
    }
    // 1% is expected at most; four standard deviations.
    #expect(high <= 3 + 7)
  }

  /// Nothing to compare: no videos, one class, or a probability that is NaN.
  @Test func oneClassHasNoTest() {
    #expect(PermutationTest([], seed: 1) == nil)
    #expect(PermutationTest(predictions([[(0, 0.1), (0, 0.2)]]), seed: 1) == nil)
    #expect(PermutationTest(predictions([[(0, .nan), (1, 0.2)]]), seed: 1) == nil)
  }
}
