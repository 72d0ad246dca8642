internal import Collectives
internal import Foundation
internal import NeuralNetwork

extension Learner {
  /// Returns the learner of rank 0 on every rank, bit for bit.
  ///
  /// - Parameter first: The learner of rank 0. Other ranks pass one of the same shape, whose values
  ///   are ignored.
  static func shared(_ first: consuming Learner, over collective: any Collective) throws -> Learner
  {
    guard collective.size > 1 else { return first }
    var learner = first
    let progress = learner.progress
    let header = try collective.fromFirst {
      Header(
        progress: progress, steps: learner.optimizer.stepCount,
        backboneSteps: learner.optimizer.backboneStepCount, updates: learner.average?.updates ?? 0)
    }
    learner.progress = header.progress
    learner.optimizer.stepCount = header.steps
    learner.optimizer.backboneStepCount = header.backboneSteps
    try collective.share(&learner.optimizer.first)
    try collective.share(&learner.optimizer.second)
    try learner.state.share(over: collective)
    if let average = learner.average {
      var state = average.state
      try state.share(over: collective)
      learner.average = MovingAverage(decay: average.decay, state: state, updates: header.updates)
    }
    return learner
  }

  private struct Header: Codable {
    var progress: TrainingProgress
    var steps: Int
    var backboneSteps: Int
    var updates: Int
  }
}

extension NetworkState {
  /// Hash of the weights (FNV-1a over their bits).
  var fingerprint: UInt64 {
    [parameters, statistics].reduce(0xcbf2_9ce4_8422_2325) { hash, values in
      values.reduce(hash) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
    }
  }

  /// Replaces the values with those of rank 0.
  mutating func share(over collective: any Collective) throws {
    try collective.share(&parameters)
    try collective.share(&statistics)
    try collective.share(&counters)
  }
}
