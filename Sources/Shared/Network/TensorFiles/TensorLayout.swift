/// How a tensor lies in its storage: element (i, j, ...) is at `offset + i*strides[0] + ...`.
struct TensorLayout: Equatable {
  let shape: [Int]
  /// In elements; 0 for dimensions of at most one element, whose strides mean nothing.
  let strides: [Int]
  let offset: Int
  /// The product of `shape`.
  let count: Int

  /// Why a layout is refused.
  struct Invalid: Error {
    let message: String
  }

  /// More dimensions than any library offers; this bounds the work per element.
  static let maximumRank = 64

  /// Checks that every element lies within a storage of `storageCount` elements.
  init(
    shape: [Int], strides: [Int], offset: Int, storageCount: Int
  ) throws(Invalid) {
    guard shape.count == strides.count, shape.count <= Self.maximumRank else {
      throw Invalid(
        message: "expected as many strides as dimensions, at most \(Self.maximumRank), got "
          + "\(strides.count) and \(shape.count)")
    }
    guard offset >= 0, shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }) else {
      throw Invalid(
        message: "expected an offset, a shape and strides of 0 or more, got \(offset), \(shape) "
          + "and \(strides)")
    }
    let isEmpty = shape.contains(0)
    // Computed for empty tensors too: code that uses the shape may multiply its other dimensions,
    // which must not overflow.
    var count = 1
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let (product, tooMany) = count.multipliedReportingOverflow(by: max(size, 1))
      let (step, tooFar) = max(size - 1, 0).multipliedReportingOverflow(by: stride)
      let (sum, tooLate) = last.addingReportingOverflow(step)
      guard !tooMany, isEmpty || (!tooFar && !tooLate) else {
        throw Invalid(message: "the shape \(shape) with strides \(strides) exceeds 64 bits")
      }
      count = product
      last = isEmpty ? offset : sum
    }
    guard isEmpty || last < storageCount else {
      throw Invalid(
        message: "the shape \(shape) with strides \(strides) from element \(offset) ends at "
          + "element \(last), but its storage holds \(storageCount)")
    }
    self.shape = shape
    self.strides = zip(shape, strides).map { $0 > 1 ? $1 : 0 }
    self.offset = offset
    self.count = isEmpty ? 0 : count
  }
}

extension TensorLayout {
  /// The layout of row-major elements without gaps, which a storage of `storageCount` must hold.
  init(contiguous shape: [Int], storageCount: Int) throws(Invalid) {
    var strides = [Int](repeating: 1, count: shape.count)
    for index in shape.indices.dropLast().reversed() {
      let (stride, overflow) = strides[index + 1].multipliedReportingOverflow(
        by: max(shape[index + 1], 1))
      guard !overflow else { throw Invalid(message: "the shape \(shape) exceeds 64 bits") }
      strides[index] = stride
    }
    try self.init(shape: shape, strides: strides, offset: 0, storageCount: storageCount)
  }

  /// The tensor of this layout whose storage lies at `range` of `bytes`: float32, or int64 for
  /// integers and bool. `failure` makes the error for numbers that don't fit.
  func tensor(
    _ type: ElementType, bytes: [UInt8], range: Range<Int>,
    failure: (String) -> TorchFileError
  ) throws(TorchFileError) -> TorchTensor {
    guard type.isInteger else {
      return TorchTensor(
        shape: shape,
        bytes.withUnsafeBytes { gather(type, from: UnsafeRawBufferPointer(rebasing: $0[range])) })
    }
    let integers = bytes.withUnsafeBytes {
      gatherIntegers(type, from: UnsafeRawBufferPointer(rebasing: $0[range]))
    }
    // Only this type can have numbers that don't fit: they come out negative.
    if type == .uint64, let number = integers.first(where: { $0 < 0 }) {
      throw failure("expected integers below 2^63, got \(UInt64(bitPattern: number))")
    }
    return TorchTensor(shape: shape, integers)
  }

  /// The same, but throws `Invalid` for numbers that don't fit, for callers that add the tensor's
  /// name.
  func checkedTensor(
    _ type: ElementType, bytes: [UInt8], range: Range<Int>
  ) throws(Invalid) -> TorchTensor {
    do throws(TorchFileError) {
      return try tensor(type, bytes: bytes, range: range) {
        TorchFileError(.unsupported, file: "", $0)
      }
    } catch { throw Invalid(message: error.message) }
  }

  /// The elements in row-major order, read from `storage` and converted to Float32.
  ///
  /// `storage` is little-endian, of any alignment, and of the length that the layout was checked
  /// with.
  func gather(_ type: ElementType, from storage: UnsafeRawBufferPointer) -> [Float] {
    switch type {
    case .float16: gather(storage) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case .bfloat16: gather(storage) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float32:
      copy(storage) ?? gather(storage) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float64: gather(storage) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .int8: gather(storage) { (value: Int8) in Float(value) }
    case .int16: gather(storage) { (value: Int16) in Float(value) }
    case .int32: gather(storage) { (value: Int32) in Float(value) }
    case .int64: gather(storage) { (value: Int64) in Float(value) }
    case .uint8: gather(storage) { (value: UInt8) in Float(value) }
    case .uint16: gather(storage) { (value: UInt16) in Float(value) }
    case .uint32: gather(storage) { (value: UInt32) in Float(value) }
    case .uint64: gather(storage) { (value: UInt64) in Float(value) }
    case .bool: gather(storage) { (value: UInt8) in value == 0 ? 0 : 1 }
    }
  }

  /// The same for integers and bool, as Int64. A uint64 keeps its bits.
  func gatherIntegers(_ type: ElementType, from storage: UnsafeRawBufferPointer) -> [Int64] {
    switch type {
    case .int8: gather(storage) { (value: Int8) in Int64(value) }
    case .int16: gather(storage) { (value: Int16) in Int64(value) }
    case .int32: gather(storage) { (value: Int32) in Int64(value) }
    case .int64: copy(storage) ?? gather(storage) { (value: Int64) in value }
    case .uint8: gather(storage) { (value: UInt8) in Int64(value) }
    case .uint16: gather(storage) { (value: UInt16) in Int64(value) }
    case .uint32: gather(storage) { (value: UInt32) in Int64(value) }
    case .uint64: gather(storage) { (value: UInt64) in Int64(bitPattern: value) }
    case .bool: gather(storage) { (value: UInt8) in value == 0 ? 0 : 1 }
    case .float16, .bfloat16, .float32, .float64:
      preconditionFailure("Elements of type \(type) are no integers.")
    }
  }

  /// Whether the elements lie without gaps in row-major order.
  var isContiguous: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size > 1 {
      guard stride == expected else { return false }
      expected *= size
    }
    return true
  }

  /// A plain copy of contiguous elements; nil if they are not contiguous, there are none, or the
  /// machine is big-endian.
  private func copy<Element: BitwiseCopyable>(_ storage: UnsafeRawBufferPointer) -> [Element]? {
    guard isContiguous, count > 0, 1.littleEndian == 1 else { return nil }
    let size = MemoryLayout<Element>.size
    return [Element](unsafeUninitializedCapacity: count) { elements, written in
      UnsafeMutableRawBufferPointer(elements).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: storage[offset * size..<(offset + count) * size]))
      written = count
    }
  }

  private func gather<Element: FixedWidthInteger & BitwiseCopyable, Result>(
    _ storage: UnsafeRawBufferPointer, _ convert: (Element) -> Result
  ) -> [Result] {
    guard count > 0 else { return [] }
    // A row is the innermost dimension; `index` counts through the outer ones like an odometer.
    let rowLength = shape.last ?? 1
    let rowStride = strides.last ?? 0
    let outer = max(shape.count - 1, 0)
    var index = [Int](repeating: 0, count: outer)
    var rowStart = offset
    return [Result](unsafeUninitializedCapacity: count) { values, written in
      while written < count {
        for column in 0..<rowLength {
          let position = (rowStart + column * rowStride) * MemoryLayout<Element>.size
          let element = storage.loadUnaligned(fromByteOffset: position, as: Element.self)
          values.initializeElement(at: written, to: convert(Element(littleEndian: element)))
          written += 1
        }
        for dimension in (0..<outer).reversed() {
          index[dimension] += 1
          rowStart += strides[dimension]
          if index[dimension] < shape[dimension] { break }
          rowStart -= shape[dimension] * strides[dimension]
          index[dimension] = 0
        }
      }
    }
  }
}
