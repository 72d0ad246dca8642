internal import Collectives
internal import Workers

/// One batch on its way through all plans of this rank.
struct TrainingBatch {
  let plans: [WorkerPlan]
  let starts: [Int]
  let segments: [Range<Int>]
  let passes: [TrainingPass]
  let labels: [Int]
  let smoothing: Float
  /// The running statistics, for frozen stages.
  let statistics: [Float]
  /// Whether BatchNorm normalises over all workers, who then meet at each exchange.
  let normalizesTogether: Bool
  /// One for each BatchNorm layer.
  let exchanges: [BatchNormExchange]
  let collective: any Collective

  /// Writes a picture.
  typealias Fill = @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void

  /// Computes logits and losses.
  func forward(fill: Fill) throws(CollectiveError) {
    if normalizesTogether {
      forAllWorkers { $0.begin($1, fill: fill) }
      for (number, segment) in segments.enumerated() {
        if number > 0 { try exchangeForward(number - 1) }
        forAllWorkers { $0.forward($1, segment) }
      }
      forAllWorkers { $0.computeLoss($1) }
    } else {
      forAllWorkers { batch, worker in
        batch.begin(worker, fill: fill)
        for (number, segment) in batch.segments.enumerated() {
          if number > 0 { batch.prepareForward(batch.plans[worker].units[number - 1]) }
          batch.forward(worker, segment)
        }
        batch.computeLoss(worker)
      }
    }
  }

  /// Computes gradients, with packed weights of the other direction.
  func backward() throws(CollectiveError) {
    try backward(plans[0].sectionStarts[firstSection]..<plans[0].steps.count)
  }

  /// Computes gradients as `backward()`, section by section, at whose ends workers wait for each other.
  ///
  /// - Parameter onSection: called for each section that is trained, from the head to the first one, as
  ///   soon as all workers have its gradients.
  func backward(
    onSection: (_ section: Int) throws(CollectiveError) -> Void
  ) throws(CollectiveError) {
    let starts = plans[0].sectionStarts + [plans[0].steps.count]
    for section in (firstSection..<starts.count - 1).reversed() {
      try backward(starts[section]..<starts[section + 1])
      try onSection(section)
    }
  }

  /// Where the backward pass ends.
  private var firstSection: Int {
    ResNet18Layout.firstSection(ofStage: passes[0].frozenStages)
  }

  /// The backward pass of some steps by all workers.
  private func backward(_ steps: Range<Int>) throws(CollectiveError) {
    if normalizesTogether {
      try forEachSegmentBackward(
        steps,
        { segment in forAllWorkers { $0.backward($1, segment) } },
        exchange: { unit throws(CollectiveError) in
          try exchanges[unit].exchangeBackward(collective)
        })
    } else {
      forAllWorkers { batch, worker in
        batch.forEachSegmentBackward(
          steps,
          { batch.backward(worker, $0) },
          exchange: { number in
            let unit = batch.plans[worker].units[number]
            unit.propagate(gradSum: unit.gradSum, centredSum: unit.centredSum)
          })
      }
    }
  }

  private func forward(_ worker: Int, _ steps: Range<Int>) {
    for case .operation(let operation) in plans[worker].steps[steps] {
      operation.forward(passes[worker])
    }
  }

  private func backward(_ worker: Int, _ steps: Range<Int>) {
    for case .operation(let operation) in plans[worker].steps[steps].reversed() {
      operation.backward(passes[worker])
    }
  }

  /// Goes through steps from exchange to exchange, from the last one to the first.
  private func forEachSegmentBackward<Failure>(
    _ steps: Range<Int>, _ body: (Range<Int>) -> Void,
    exchange: (_ unit: Int) throws(Failure) -> Void
  ) throws(Failure) {
    for (number, segment) in segments.enumerated().reversed() where segment.overlaps(steps) {
      body(segment.clamped(to: steps))
      if segment.lowerBound > steps.lowerBound { try exchange(number - 1) }
    }
  }

  private func forAllWorkers(_ body: @Sendable (TrainingBatch, Int) -> Void) {
    let shared = WorkerShared(self)
    runParallel(plans.count) { worker in body(shared.value, worker) }
  }

  private func begin(_ worker: Int, fill: Fill) {
    let plan = plans[worker]
    plan.clearGradients()
    plan.fillPictures(from: starts[worker], fill)
  }

  /// Has all workers of all ranks normalise with what all measured together.
  private func exchangeForward(_ number: Int) throws(CollectiveError) {
    if isFrozen(exchanges[number].layer) {
      for plan in plans { prepareForward(plan.units[number]) }
    } else {
      try exchanges[number].exchangeForward(collective, parameters: passes[0].parameters)
    }
  }

  /// Has a worker normalise with what it measured itself.
  private func prepareForward(_ unit: BatchNormUnit) {
    let parameters = passes[0].parameters
    if isFrozen(unit.layer) {
      unit.useRunningStatistics(statistics, parameters: parameters)
    } else {
      unit.normalize(with: unit.moments, parameters: parameters)
    }
  }

  /// Whether a layer normalises with its running statistics.
  private func isFrozen(_ layer: ResNet18Layout.BatchNorm) -> Bool {
    layer.stage < passes[0].frozenStages
  }

  private func computeLoss(_ worker: Int) {
    let plan = plans[worker]
    plan.computeLoss(
      labels: labels[starts[worker]..<starts[worker] + plan.count], smoothing: smoothing,
      weight: 1 / Double(labels.count))
  }
}
