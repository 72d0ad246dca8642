/// Memory that a worker's networks compute in. It grows to the largest picture met and is then
/// reused, so a warm worker allocates nothing.
///
/// Not Sendable: one per worker.
public final class InferenceWorkspace {
  private var slots: [UnsafeMutableBufferPointer<Float>]

  /// Creates an empty workspace.
  public init() {
    slots = Array(repeating: UnsafeMutableBufferPointer(start: nil, count: 0), count: Slot.count)
  }

  deinit {
    for slot in slots { slot.deallocate() }
  }

  /// What a part of the workspace is for.
  enum Slot: Int {
    case even, odd, scratch

    static let count = 3
  }

  /// At least `count` floats, never zero; the contents of an earlier call with the same slot are
  /// lost when it has to grow.
  func floats(_ slot: Slot, count: Int) -> UnsafeMutablePointer<Float> {
    if slots[slot.rawValue].count < count || slots[slot.rawValue].baseAddress == nil {
      slots[slot.rawValue].deallocate()
      let grown = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(count, 1))
      grown.initialize(repeating: 0)
      slots[slot.rawValue] = grown
    }
    guard let start = slots[slot.rawValue].baseAddress else {
      preconditionFailure("an allocated workspace has an address")
    }
    return start
  }
}
