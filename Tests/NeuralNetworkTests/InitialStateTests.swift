import Testing

@testable import NeuralNetwork

@Suite struct InitialStateTests {
  private func moments(_ values: ArraySlice<Float>) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    let square = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (square / Double(values.count)).squareRoot())
  }

  @Test func distributionsAreThoseOfTorchvision() {
    let state = NetworkState(
      randomFor: ResNet18Architecture(
        width: 16, head: .mlp(hidden: 64, batchNorm: true, dropout: 0.5)),
      seed: 5)
    var fanIn = 0
    for entry in state.entries where entry.arena == .parameters {
      let values = state.parameters[entry.range]
      let (mean, deviation) = moments(values)
      let count = Double(values.count)
      switch entry.role {
      case .weight where entry.shape.count == 4:
        let expected = (2 / Double(entry.shape[0] * entry.shape[2] * entry.shape[3])).squareRoot()
        // Five standard errors.
        #expect(abs(mean) < 5 * expected / count.squareRoot(), "\(entry.name)")
        #expect(abs(deviation / expected - 1) < 5 / (2 * count).squareRoot(), "\(entry.name)")
        #expect(values.contains { abs($0) > Float(2 * expected) }, "\(entry.name) is not normal")
      case .weight, .bias:
        if entry.role == .weight { fanIn = entry.shape[1] }
        let bound = Float(1 / Double(fanIn).squareRoot())
        #expect(values.allSatisfy { abs($0) <= bound }, "\(entry.name)")
        if count > 100 {
          #expect(abs(deviation * 3.0.squareRoot() / Double(bound) - 1) < 0.05, "\(entry.name)")
        }
      case .batchNormScale: #expect(values.allSatisfy { $0 == 1 })
      default: #expect(values.allSatisfy { $0 == 0 })
      }
    }
    #expect(Set(state.statistics) == [0, 1])
  }

  @Test func entriesDependOnSeedAndPlaceOnly() {
    func state(_ head: ResNet18Architecture.Head, _ seed: UInt64) -> NetworkState {
      NetworkState(randomFor: ResNet18Architecture(width: 8, head: head), seed: seed)
    }
    let one = state(.linear, 1)
    #expect(one == state(.linear, 1))
    let other = state(.mlp(hidden: 8, batchNorm: false, dropout: 0), 1)
    let backbone = one.entries.last { !$0.isHead && $0.arena == .parameters }?.range.upperBound ?? 0
    #expect(backbone > 100_000 && one.parameters[..<backbone] == other.parameters[..<backbone])
    // No two layers of one shape, and no two seeds, have the same numbers.
    let second = state(.linear, 2)
    let weights = one.entries.filter { $0.role == .weight }
    let starts =
      (weights.map { one.parameters[$0.range.lowerBound] })
      + weights.map { second.parameters[$0.range.lowerBound] }
    #expect(Set(starts).count == 2 * weights.count)
  }
}
