internal import Kernels

/// Memory that a worker's networks compute in. It grows to the largest picture met and is then
/// reused, so a warm worker allocates nothing.
///
/// Not Sendable: one per worker.
package final class CascadeWorkspace {
  private var slots: [Part] = Array(repeating: Part(memory: FloatMemory(), count: -1), count: 6)
  private var plans: [PlanKey: ConvolutionPlan] = [:]

  /// Plans that are kept, a few kilobytes each. Windows around known faces have some hundred sizes.
  static let maximumPlans = 512

  /// Creates an empty workspace.
  package init() {}

  /// What a part of the workspace is for.
  enum Slot: Int {
    case pictures, even, odd, output, band, scratch
  }

  private struct Part {
    var memory: FloatMemory
    var count: Int
    var start: UnsafeMutablePointer<Float>?
  }

  private struct PlanKey: Hashable {
    /// Stays one network's: the plan keeps its layers.
    let layers: ObjectIdentifier
    let height: Int
    let width: Int
  }

  /// At least `count` floats with the slack that kernels need; the contents of an earlier call with the
  /// same slot are lost when it has to grow.
  func floats(_ slot: Slot, count: Int) -> UnsafeMutablePointer<Float> {
    let part = slots[slot.rawValue]
    if let start = part.start, part.count >= count { return start }
    let memory = FloatMemory()
    let start = memory.floats(count)
    slots[slot.rawValue] = Part(memory: memory, count: count, start: start)
    return start
  }

  /// The plan for pictures of a size. Where there are too many all are forgotten: making one takes
  /// microseconds.
  func plan(for layers: PackedLayers, height: Int, width: Int) -> ConvolutionPlan {
    let key = PlanKey(layers: ObjectIdentifier(layers), height: height, width: width)
    if let plan = plans[key] { return plan }
    if plans.count >= Self.maximumPlans { plans.removeAll(keepingCapacity: true) }
    let plan = ConvolutionPlan(layers, height: height, width: width)
    plans[key] = plan
    return plan
  }

  /// Plans at hand.
  var planCount: Int { plans.count }
}
