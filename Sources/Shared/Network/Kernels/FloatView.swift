/// Floats in memory that someone else keeps: where they start and how many they are, so that a kernel can
/// assert that they are as many as it reads.
///
/// A kernel may read `FloatMemory.slack` floats more.
package struct FloatView {
  /// The first float.
  package let start: UnsafePointer<Float>
  /// How many there are.
  package let count: Int

  /// Views `count` floats from `start` on.
  @inlinable
  package init(_ start: UnsafePointer<Float>, count: Int) {
    self.start = start
    self.count = count
  }

  /// The same floats, read only.
  @inlinable
  package init(_ view: MutableFloatView) {
    start = UnsafePointer(view.start)
    count = view.count
  }
}

/// Floats in memory that someone else keeps, and that a kernel writes.
package struct MutableFloatView {
  /// The first float.
  package let start: UnsafeMutablePointer<Float>
  /// How many there are.
  package let count: Int

  /// Views `count` floats from `start` on.
  @inlinable
  package init(_ start: UnsafeMutablePointer<Float>, count: Int) {
    self.start = start
    self.count = count
  }

  /// The float at an index.
  @inlinable
  package subscript(index: Int) -> Float {
    get {
      assert((0..<count).contains(index), "float \(index) of \(count)")
      return start[index]
    }
    nonmutating set {
      assert((0..<count).contains(index), "float \(index) of \(count)")
      start[index] = newValue
    }
  }
}
