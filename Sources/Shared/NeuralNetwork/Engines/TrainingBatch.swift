internal import WorkerPool

/// One batch on its way through all plans.
struct TrainingBatch {
  let plans: [WorkerPlan]
  let starts: [Int]
  let segments: [Range<Int>]
  let passes: [TrainingPass]
  let labels: [Int]
  let smoothing: Float
  /// The running statistics, for a frozen backbone.
  let statistics: [Float]

  /// Writes a picture.
  typealias Fill = @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void

  /// Each worker goes through its whole plan alone.
  func runAlone(fill: Fill) {
    let shared = WorkerShared(self)
    runParallel(plans.count) { worker in
      let batch = shared.value
      let (plan, pass) = (batch.plans[worker], batch.passes[worker])
      batch.begin(worker, fill: fill)
      for step in plan.steps {
        switch step {
        case .operation(let operation): operation.forward(pass)
        case .exchange(let index): batch.exchangeForward([plan.units[index]])
        }
      }
      batch.computeLoss(worker)
      for step in plan.steps[batch.backwardEnd...].reversed() {
        switch step {
        case .operation(let operation): operation.backward(pass)
        case .exchange(let index): BatchNormUnit.exchangeBackward([plan.units[index]])
        }
      }
    }
  }

  /// All workers go to the next exchange and meet there.
  func runTogether(fill: Fill) {
    forAllWorkers { $0.begin($1, fill: fill) }
    for (number, segment) in segments.enumerated() {
      if number > 0 { exchangeForward(plans.map { $0.units[number - 1] }) }
      forAllWorkers { batch, worker in
        for case .operation(let operation) in batch.plans[worker].steps[segment] {
          operation.forward(batch.passes[worker])
        }
      }
    }
    forAllWorkers { $0.computeLoss($1) }
    for (number, segment) in segments.enumerated().reversed()
    where segment.upperBound > backwardEnd {
      let steps = max(segment.lowerBound, backwardEnd)..<segment.upperBound
      forAllWorkers { batch, worker in
        for case .operation(let operation) in batch.plans[worker].steps[steps].reversed() {
          operation.backward(batch.passes[worker])
        }
      }
      guard number > 0, segment.lowerBound > backwardEnd else { continue }
      BatchNormUnit.exchangeBackward(plans.map { $0.units[number - 1] })
    }
  }

  private func forAllWorkers(_ body: @Sendable (TrainingBatch, Int) -> Void) {
    let shared = WorkerShared(self)
    runParallel(plans.count) { worker in body(shared.value, worker) }
  }

  /// The step at which the backward pass ends.
  private var backwardEnd: Int { passes[0].backboneFrozen ? plans[0].headStart : 0 }

  private func begin(_ worker: Int, fill: Fill) {
    let plan = plans[worker]
    plan.clearGradients()
    plan.fillPictures(from: starts[worker], fill)
  }

  private func exchangeForward(_ units: [BatchNormUnit]) {
    let parameters = passes[0].parameters
    if passes[0].backboneFrozen && !units[0].layer.isHead {
      for unit in units { unit.useRunningStatistics(statistics, parameters: parameters) }
    } else {
      BatchNormUnit.exchangeForward(units, parameters: parameters)
    }
  }

  private func computeLoss(_ worker: Int) {
    let plan = plans[worker]
    plan.computeLoss(
      labels: labels[starts[worker]..<starts[worker] + plan.count], smoothing: smoothing,
      weight: 1 / Double(labels.count))
  }
}
