#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif
internal import Workers

package import Kernels

extension Optimizer {
  /// Changes the parameters once. Bound by memory: 30 to 50 ms on one core for the 11 million of a
  /// full ResNet18.
  ///
  /// - Parameters:
  ///   - gradients: one number for each parameter, in their order.
  ///   - gradientScale: factor of each gradient, see `GradientNorm.scale`.
  ///   - frozenStages: leaves so many stages of the backbone as they are, and their optimizer state too.
  ///   - workers: how many threads share the parameters out; the result doesn't depend on it.
  ///   - kernels: what computes.
  /// - Precondition: state, gradients and optimizer are of one architecture; `workers` is positive.
  package mutating func step(
    _ state: inout NetworkState, gradients: UnsafeBufferPointer<Float>, learningRate: Float,
    gradientScale: Float = 1, frozenStages: Int = 0, workers: Int = 1,
    kernels: any KernelSet
  ) {
    precondition(workers > 0, "an optimizer has at least one worker")
    precondition(
      state.parameters.count == parameterCount && gradients.count == parameterCount,
      "an optimizer of \(parameterCount) parameters got \(state.parameters.count) and "
        + "\(gradients.count) gradients")
    precondition(
      first.count == parameterCount && second.count == (usesSecond ? parameterCount : 0),
      "an optimizer's state has one number for each parameter")
    stepCount += 1
    if frozenStages < ResNet18Architecture.backboneStages { backboneStepCount += 1 }
    let updates = runs.filter { $0.stage >= frozenStages }.flatMap { run in
      let rule = update(run, learningRate: learningRate, gradientScale: gradientScale)
      return pieces(run.range).map { (range: $0, rule: rule) }
    }
    guard let gradients = gradients.baseAddress else { return }
    state.parameters.withUnsafeMutableBufferPointer { parameters in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          guard let parameters = parameters.baseAddress, let first = first.baseAddress else {
            return
          }
          let shared = WorkerShared((parameters, gradients, first, second.baseAddress))
          runParallel(workers) { worker in
            let (parameters, gradients, first, second) = shared.value
            for index in stride(from: worker, to: updates.count, by: workers) {
              let (range, rule) = updates[index]
              let start = range.lowerBound
              switch rule {
              case .sgd(let factors):
                kernels.sgdStep(
                  MutableFloatView(parameters + start, count: range.count),
                  FloatView(gradients + start, count: range.count),
                  momentumBuffer: MutableFloatView(first + start, count: range.count), factors)
              case .adamW(let factors):
                guard let second else { continue }
                kernels.adamWStep(
                  MutableFloatView(parameters + start, count: range.count),
                  FloatView(gradients + start, count: range.count),
                  mean: MutableFloatView(first + start, count: range.count),
                  squareMean: MutableFloatView(second + start, count: range.count), factors)
              }
            }
          }
        }
      }
    }
  }

  /// Changes the parameters once, by gradients in an array.
  package mutating func step(
    _ state: inout NetworkState, gradients: [Float], learningRate: Float,
    gradientScale: Float = 1, frozenStages: Int = 0, workers: Int = 1,
    kernels: any KernelSet
  ) {
    gradients.withUnsafeBufferPointer {
      step(
        &state, gradients: $0, learningRate: learningRate, gradientScale: gradientScale,
        frozenStages: frozenStages, workers: workers, kernels: kernels)
    }
  }

  /// What this step does to the parameters of a run.
  private enum Update {
    case sgd(SGDFactors)
    case adamW(AdamWFactors)
  }

  private func update(_ run: Run, learningRate: Float, gradientScale: Float) -> Update {
    let decay = run.decays ? weightDecay : 0
    // In float64, as the rate of a parameter group; exact where the factor is 1.
    let rate = Double(learningRate) * rateFactor(ofStage: run.stage)
    switch rule {
    case .sgd(let momentum, let nesterov):
      return .sgd(
        SGDFactors(
          learningRate: Float(rate), gradientScale: gradientScale, weightDecay: Float(decay),
          momentum: Float(momentum), nesterov: nesterov))
    case .adamW(let beta1, let beta2, let epsilon):
      // Computed in float64 as in `torch.optim.adam`.
      let step = Double(run.isHead ? stepCount : backboneStepCount)
      return .adamW(
        AdamWFactors(
          gradientScale: gradientScale, remaining: Float(1 - rate * decay),
          meanShare: Float(1 - beta1), squareDecay: Float(beta2), squareShare: Float(1 - beta2),
          stepSize: Float(rate / (1 - pow(beta1, step))),
          deviationScale: Float((1 - pow(beta2, step)).squareRoot()), epsilon: Float(epsilon)))
    }
  }
}

/// Numbers of a piece of the parameters that a worker changes at once. Not measured; chosen because
/// ResNet18's parameters are about 170 of them: enough for equal shares of any number of cores, and few enough
/// that a piece takes far longer than handing it out.
let pieceCount = 65_536

/// A range in pieces, which workers share out.
func pieces(_ range: Range<Int>) -> [Range<Int>] {
  stride(from: range.lowerBound, to: range.upperBound, by: pieceCount).map {
    $0..<min(range.upperBound, $0 + pieceCount)
  }
}
