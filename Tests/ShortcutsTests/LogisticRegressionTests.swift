import Foundation
import Randomness
import Testing

@testable import Shortcuts

@Suite struct LogisticRegressionTests {
  /// The loss is convex, so the weights are right where its gradient is 0: computed here from its
  /// definition, by differences.
  @Test(arguments: [(rows: 40, columns: 3), (rows: 200, columns: 12), (rows: 9, columns: 1)])
  func theGradientIsZero(rows: Int, columns: Int) throws {
    var random = RandomStream(seed: 5, .check, UInt64(rows))
    let table = (0..<rows * columns).map { _ in Double(random.normal()) }
    let isFake = (0..<rows).map { row in
      table[row * columns] + Double(random.normal()) > 0.4 || row == 0
    }
    let chosen = Array(1..<rows) + [0]
    let fitted = LogisticRegression(
      rows: table, columns: columns, isFake: isFake, chosen: chosen, penalty: 0.05)
    let fakes = Double(isFake.count { $0 })
    func loss(_ weights: [Double]) -> Double {
      var loss = 0.0
      for row in 0..<rows {
        let margin =
          (0..<columns).reduce(weights[columns]) { $0 + weights[$1] * table[row * columns + $1] }
        loss +=
          isFake[row]
          ? 0.5 / fakes * log1p(exp(-margin)) : 0.5 / (Double(rows) - fakes) * log1p(exp(margin))
      }
      return loss + 0.025 * weights[..<columns].reduce(0) { $0 + $1 * $1 }
    }
    for place in 0...columns {
      var (more, less) = (fitted.weights, fitted.weights)
      more[place] += 1e-5
      less[place] -= 1e-5
      #expect(abs(loss(more) - loss(less)) / 2e-5 < 1e-7, "weight \(place)")
      #expect(loss(more) > loss(fitted.weights) && loss(less) > loss(fitted.weights))
    }
    #expect(fitted.weights[0] > 0.2)
  }

  /// Labels that a column separates exactly give no unbounded weights, and no NaN.
  @Test func separableLabelsEnd() {
    let table = [-1.0, -0.5, 0.5, 1]
    let fitted = LogisticRegression(
      rows: table, columns: 1, isFake: [false, false, true, true], chosen: [0, 1, 2, 3],
      penalty: 0.01)
    #expect(fitted.weights[0] > 2 && fitted.weights[0] < 100)
    #expect(abs(fitted.weights[1]) < 1e-6)
  }

  /// Only the chosen rows count.
  @Test func rowsHeldOutDoNotCount() {
    var random = RandomStream(seed: 5, .check, 2)
    var table = (0..<60).map { _ in Double(random.normal()) }
    let isFake = (0..<30).map { $0 % 2 == 0 }
    let chosen = Array(0..<20)
    let first = LogisticRegression(
      rows: table, columns: 2, isFake: isFake, chosen: chosen, penalty: 0.1)
    for place in 40..<60 { table[place] = 50 }
    let second = LogisticRegression(
      rows: table, columns: 2, isFake: isFake, chosen: chosen, penalty: 0.1)
    #expect(first.weights == second.weights)
  }
}

@Suite struct GroupFoldsTests {
  /// No group lies in two folds, every fold leaves both labels to learn from, and the folds have
  /// about as many of either.
  @Test func foldsAreBalancedAndWholeGroups() throws {
    var random = RandomStream(seed: 1, .check)
    let groups = (0..<300).map { _ in random.below(40) }
    let isFake = (0..<300).map { _ in random.happens(0.8) }
    let folds = try #require(GroupFolds(groups: groups, groupCount: 40, isFake: isFake))
    #expect(folds.count == 10)
    var seen: Set<Int> = []
    for fold in 0..<folds.count {
      let (learned, held) = folds.sides(fold)
      #expect(learned.count + held.count == 300)
      #expect(Set(learned.map { groups[$0] }).isDisjoint(with: held.map { groups[$0] }))
      seen.formUnion(held)
      #expect((15...50).contains(held.count), "\(held.count) in fold \(fold)")
      #expect((2...12).contains(held.count { !isFake[$0] }))
    }
    #expect(seen.count == 300)
  }

  /// One group with real videos can't be held out and learned from.
  @Test func oneGroupOfALabelIsTooFew() {
    #expect(
      GroupFolds(groups: [0, 1, 2, 3], groupCount: 4, isFake: [false, true, true, true]) == nil)
    #expect(
      GroupFolds(groups: [0, 1, 2, 3], groupCount: 4, isFake: [false, false, true, true])?.count
        == 2)
  }
}
