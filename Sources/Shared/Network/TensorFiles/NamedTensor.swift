/// One tensor of a model file, converted to Float32.
package struct NamedTensor: Sendable, Equatable {
  /// The key in the file's dictionary, such as `layer1.0.conv1.weight`.
  package let name: String
  /// The size of each dimension, outermost first; empty for a scalar.
  package let shape: [Int]
  /// The elements in row-major order, contiguous. Their count is the product of `shape`.
  ///
  /// float64, int32, uint32 and wider integers are rounded to the nearest Float32.
  package let values: [Float]

  package init(name: String, shape: [Int], values: [Float]) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count,
      "The tensor's element count must be the product of its shape.")
    self.name = name
    self.shape = shape
    self.values = values
  }
}
