import Testing

@testable import NeuralNetwork

@Suite struct ScheduleTests {
  /// Warm-ups of 0, 1 and more steps, and one after which a single step remains.
  @Test func scheduleEqualsPyTorch() throws {
    let fixture = try ParityFixture("schedule")
    #expect(fixture.numberNames.count == 4)
    for name in fixture.numberNames {
      let parts = name.split(separator: "/").compactMap { Int($0) }
      let (warmup, total) = (parts[0], parts[1])
      let schedule = LearningRateSchedule(
        peak: 0.05, warmupSteps: warmup, totalSteps: total, finalShare: 0.02)
      let expected = try fixture.numbers(name)
      #expect(expected.count == total + 1)
      for (step, rate) in expected.enumerated() {
        let ours = schedule.learningRate(at: step)
        #expect(abs(ours - rate) <= 1e-6 * rate, "\(name), step \(step): \(ours), not \(rate)")
      }
    }
  }

  @Test func stepsBeyondTheEndKeepTheLastValue() {
    let schedule = LearningRateSchedule(
      peak: 0.1, warmupSteps: 3, totalSteps: 10, finalShare: 0.01)
    #expect(schedule.learningRate(at: 3) == 0.1)
    #expect(abs(schedule.learningRate(at: 10) - 0.001) < 1e-9)
    for step in [11, 20, Int.max] {
      #expect(schedule.learningRate(at: step) == schedule.learningRate(at: 10))
    }
  }

  @Test func trainingsThatEndInTheWarmup() {
    let schedule = LearningRateSchedule(
      peak: 1, warmupSteps: 9, totalSteps: 4, finalShare: 0)
    #expect((0...5).map { schedule.learningRate(at: $0) } == [0.1, 0.2, 0.3, 0.4, 0.5, 0.5])
    let whole = LearningRateSchedule(peak: 1, warmupSteps: 3, totalSteps: 3, finalShare: 0)
    #expect((0...4).map { whole.learningRate(at: $0) } == [0.25, 0.5, 0.75, 1, 1])
    let none = LearningRateSchedule(peak: 1, warmupSteps: 0, totalSteps: 0, finalShare: 0)
    #expect(none.learningRate(at: 0) == 1)
  }

  @Test func averageWarmsUpAndKeepsCounters() {
    let architecture = OptimizerTests.architecture
    var state = NetworkState(zeros: architecture)
    var average = MovingAverage(decay: 0.15, state: state)
    for index in state.parameters.indices { state.parameters[index] = 1 }
    for index in state.statistics.indices { state.statistics[index] = 2 }
    state.counters = state.counters.indices.map { Int64($0) }
    // 1/10, then 2/11 is more than the decay.
    #expect(average.effectiveDecay == 0.1)
    average.update(with: state, kernels: Processor.selected)
    #expect(average.state.parameters.allSatisfy { abs($0 - 0.9) < 1e-6 })
    #expect(average.state.counters == state.counters)
    #expect(average.effectiveDecay == 0.15 && average.updates == 1)
    let resumed = MovingAverage(decay: 0.15, state: average.state, updates: average.updates)
    #expect(resumed == average)
    average.update(with: state, kernels: Processor.selected)
    #expect(average.state.parameters.allSatisfy { abs($0 - 0.985) < 1e-6 })
    let means = average.state.entries.first { $0.role == .runningMean }
    #expect(means.map { abs(average.state.statistics[$0.range.lowerBound] - 1.97) < 1e-6 } == true)
  }

  /// With shares of 1, 1/2, 1/3, ... the average is the even mean, whatever the decay and what was before.
  @Test func evenSharesGiveTheMean() {
    let architecture = ResNet18Architecture(width: 8, inputSize: 32)
    var states = (1...5).map { NetworkState(randomFor: architecture, seed: UInt64($0)) }
    var average = MovingAverage(decay: 0.9, state: states.removeFirst())
    for (place, state) in states.enumerated() {
      average.update(with: state, share: 1 / Double(place + 1), kernels: Processor.selected)
    }
    for index in stride(from: 0, to: average.state.parameters.count, by: 997) {
      let mean = states.reduce(0) { $0 + Double($1.parameters[index]) } / 4
      #expect(abs(Double(average.state.parameters[index]) - mean) < 1e-6)
    }
  }

  @Test func averageWithoutDecayIsTheStateToTheBit() {
    let state = ParityInputs.state(OptimizerTests.architecture)
    var average = MovingAverage(decay: 0, state: NetworkState(zeros: state.architecture))
    average.update(with: state, kernels: Processor.selected)
    #expect(average.state == state)
  }
}
