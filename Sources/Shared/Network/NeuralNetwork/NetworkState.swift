/// Everything a ResNet18 has learned: parameters and BatchNorm statistics, each in one flat arena in
/// the order and layout of the state_dict.
package struct NetworkState: Sendable, Equatable {
  /// Which network.
  package let architecture: ResNet18Architecture
  /// The entries of the state_dict in torchvision's order.
  package let entries: [StateEntry]
  /// All parameters.
  package var parameters: [Float]
  /// All running means and variances.
  package var statistics: [Float]
  /// All `num_batches_tracked`.
  package var counters: [Int64]

  /// A state of zeros, with running variances of one.
  package init(zeros architecture: ResNet18Architecture) {
    self.architecture = architecture
    let entries = architecture.stateEntries
    self.entries = entries
    func count(_ arena: StateEntry.Arena) -> Int {
      entries.last { $0.arena == arena }?.range.upperBound ?? 0
    }
    parameters = Array(repeating: 0, count: count(.parameters))
    statistics = Array(repeating: 0, count: count(.statistics))
    counters = Array(repeating: 0, count: count(.counters))
    for entry in entries where entry.role == .runningVariance {
      for index in entry.range { statistics[index] = 1 }
    }
  }
}
