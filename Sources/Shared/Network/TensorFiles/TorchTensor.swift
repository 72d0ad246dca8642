/// A tensor of a PyTorch or safetensors file, with its elements in row-major order, contiguous.
///
/// Equality compares shape and numbers; a NaN equals nothing.
package struct TorchTensor: Sendable, Equatable {
  /// The elements, in one of the two types that this module keeps.
  ///
  /// They are slices, so that a tensor of a flat arena (`parameters[range]`) is handed to a writer
  /// without being copied. The indices of a slice need not begin at 0: use `startIndex`, or
  /// `Array(slice)`, which copies nothing if the slice is a whole array.
  package enum Elements: Sendable, Equatable {
    /// `torch.float32`. Half, bfloat16 and double elements become this when they are read.
    case float32(ArraySlice<Float>)
    /// `torch.int64`. Narrower integers and bool (0 or 1) become this when they are read.
    case int64(ArraySlice<Int64>)
  }

  /// The size of each dimension, outermost first; empty for a scalar.
  package let shape: [Int]
  /// The elements. Their count is the product of `shape`.
  package let elements: Elements

  package init(shape: [Int], elements: Elements) {
    self.shape = shape
    self.elements = elements
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == count,
      "The tensor's element count must be the product of its shape.")
  }

  /// Makes a float32 tensor from a part of an array, such as a range of an arena; nothing is
  /// copied.
  package init(shape: [Int], _ elements: ArraySlice<Float>) {
    self.init(shape: shape, elements: .float32(elements))
  }

  package init(shape: [Int], _ elements: [Float]) {
    self.init(shape: shape, elements: .float32(elements[...]))
  }

  /// Makes an int64 tensor from a part of an array; nothing is copied.
  package init(shape: [Int], _ elements: ArraySlice<Int64>) {
    self.init(shape: shape, elements: .int64(elements))
  }

  package init(shape: [Int], _ elements: [Int64]) {
    self.init(shape: shape, elements: .int64(elements[...]))
  }

  package var count: Int {
    switch elements {
    case .float32(let slice): slice.count
    case .int64(let slice): slice.count
    }
  }

  /// The elements of a float32 tensor; nil for int64.
  package var floats: ArraySlice<Float>? {
    if case .float32(let slice) = elements { slice } else { nil }
  }

  /// The elements of an int64 tensor; nil for float32.
  package var integers: ArraySlice<Int64>? {
    if case .int64(let slice) = elements { slice } else { nil }
  }
}

/// A tensor and its name in a file, such as `layer1.0.conv1.weight`.
package struct TensorEntry: Sendable, Equatable {
  package let name: String
  package let tensor: TorchTensor

  package init(_ name: String, _ tensor: TorchTensor) {
    self.name = name
    self.tensor = tensor
  }
}

// Elements are written as they are in memory, and the formats are little-endian.
#if _endian(big)
  #error("TensorFiles writes tensors on little-endian machines only.")
#endif
