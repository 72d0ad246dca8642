#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The learning rate as a function of the step alone: a straight line up, half a cosine down.
///
/// Equal to PyTorch's `SequentialLR([LinearLR(start_factor: 1 / (warmupSteps + 1), total_iters:
/// warmupSteps), CosineAnnealingLR(T_max: totalSteps - warmupSteps, eta_min: peak * finalShare)],
/// milestones: [warmupSteps])` that is stepped after each step of the optimizer.
package struct LearningRateSchedule: Sendable, Equatable {
  /// The highest learning rate.
  package let peak: Double
  /// Steps before the peak: the first has `1 / (warmupSteps + 1)` of it, each one as much more.
  package let warmupSteps: Int
  /// Steps of the whole training. One as long as the warm-up never comes down.
  package let totalSteps: Int
  /// What is left of the peak at step `totalSteps`, and after it.
  package let finalShare: Double

  /// Creates a schedule.
  ///
  /// - Precondition: no number is negative, `finalShare` is at most 1.
  package init(peak: Double, warmupSteps: Int, totalSteps: Int, finalShare: Double) {
    precondition(
      peak >= 0 && warmupSteps >= 0 && totalSteps >= 0 && (0...1).contains(finalShare),
      "a schedule has no negative numbers, and ends at a share of its peak of at most 1")
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.totalSteps = totalSteps
    self.finalShare = finalShare
  }

  /// The learning rate of a step; the first is step 0. Steps beyond the end keep the last value.
  package func learningRate(at step: Int) -> Float {
    let step = min(max(step, 0), totalSteps)
    guard step >= warmupSteps else {
      return Float(peak * Double(step + 1) / Double(warmupSteps + 1))
    }
    let progress = Double(step - warmupSteps) / Double(max(totalSteps - warmupSteps, 1))
    let lowest = peak * finalShare
    return Float(lowest + (peak - lowest) * (1 + cos(Double.pi * progress)) / 2)
  }
}
