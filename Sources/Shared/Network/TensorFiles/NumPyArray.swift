/// A NumPy array or scalar as a pickle describes it. Its bytes are not read yet.
///
/// There are three forms, see `numpy/_core/src/multiarray/methods.c` and `numpy/_core/numeric.py`:
/// `_reconstruct(ndarray, (0,), b"b")` with the state `(version, shape, dtype, is_fortran, bytes)`;
/// in protocol 5 `_frombuffer(bytes, dtype, shape, order, axis_order)`; and `scalar(dtype, bytes)`.
struct NumPyArray {
  let type: ElementType
  /// The number of elements that the pickle states.
  let count: Int
  private let isBigEndian: Bool
  /// The shape of the buffer, whose elements are in row-major order.
  private let bufferShape: [Int]
  /// The buffer's dimension for each dimension of the array.
  private let axes: [Int]
  private let data: PickledBytes

  /// Why an array is refused.
  struct Refused: Error {
    var code = TorchFileError.Code.malformed
    let message: String
  }

  /// Whether an object is a NumPy array or scalar of numbers, not of strings or Python objects.
  static func isArray(_ object: PickleObject, in pickle: Pickle) -> Bool {
    guard let parts = parts(object, in: pickle) else { return false }
    guard let code = NumPyType.code(parts.type, in: pickle) else { return true }
    return NumPyType.isNumber(code)
  }

  /// The number of dimensions that the pickle states; unchecked.
  static func rank(_ object: PickleObject, in pickle: Pickle) -> Int {
    parts(object, in: pickle).flatMap(\.shape).flatMap(pickle.sequence)?.count ?? 0
  }

  /// The values that describe an array, in any of the three forms; nil for any other object.
  private static func parts(_ object: PickleObject, in pickle: Pickle) -> Parts? {
    let items = object.items
    switch object.kind {
    case .call(NumPyGlobals.reconstruct):
      guard let state = object.state.flatMap(pickle.sequence), state.count == 5,
        items.first == .global(NumPyGlobals.array)
      else { return nil }
      return Parts(type: state[2], shape: state[1], order: state[3], axes: nil, data: state[4])
    case .call(NumPyGlobals.fromBuffer):
      guard (4...5).contains(items.count) else { return nil }
      return Parts(
        type: items[1], shape: items[2], order: items[3], axes: items.dropFirst(4).first,
        data: items[0])
    case .call(NumPyGlobals.scalar):
      guard items.count == 2 else { return nil }
      return Parts(type: items[0], shape: nil, order: .string("C"), axes: nil, data: items[1])
    default: return nil
    }
  }

  private struct Parts {
    let type: PickleValue
    /// Nil for a scalar.
    let shape: PickleValue?
    /// A bool (true for Fortran's order), 0 or 1, or one of the letters C, F and K.
    let order: PickleValue
    let axes: PickleValue?
    let data: PickleValue
  }

  init(_ object: PickleObject, in pickle: Pickle) throws(Refused) {
    guard let parts = Self.parts(object, in: pickle) else {
      throw Refused(message: "expected a NumPy array, got another object")
    }
    let type = try NumPyType(parts.type, in: pickle)
    guard let shape = parts.shape.map(pickle.integers) ?? [], shape.allSatisfy({ $0 >= 0 }) else {
      throw Refused(
        message: "expected the shape of an array, got \(pickle.summary(parts.shape ?? .none))")
    }
    guard let data = PickledBytes(parts.data, in: pickle) else {
      throw Refused(message: "expected the bytes of an array, got \(pickle.summary(parts.data))")
    }
    guard let count = Self.product(shape) else {
      throw Refused(message: "the shape \(shape) exceeds 64 bits")
    }
    self.type = type.element
    isBigEndian = type.isBigEndian
    self.data = data
    self.count = count
    (bufferShape, axes) = try Self.order(parts, shape, in: pickle)
  }

  private static func order(
    _ parts: Parts, _ shape: [Int], in pickle: Pickle
  ) throws(Refused) -> (bufferShape: [Int], axes: [Int]) {
    switch parts.order {
    case .bool(false), .integer(0), .string("C"): return (shape, Array(shape.indices))
    case .bool(true), .integer(1), .string("F"): return (shape.reversed(), shape.indices.reversed())
    case .string("K"):
      guard let axes = parts.axes.flatMap(pickle.integers), axes.sorted() == Array(shape.indices)
      else { break }
      // In this form the written shape is that of the buffer.
      return (shape, axes)
    default: break
    }
    throw Refused(
      message: "expected the order of an array's elements, got \(pickle.summary(parts.order))")
  }

  /// Nil if it overflows.
  private static func product(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The elements, little-endian, and their layout. Memory is allocated only if the shape agrees
  /// with the number of bytes.
  func elements() throws(Refused) -> (bytes: [UInt8], layout: TensorLayout) {
    let (size, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
    // If the count is not known beforehand, each byte of the array takes one or two in the file.
    guard !overflow, size <= data.maximumCount, data.maximumCount / 2 <= size,
      var bytes = data.bytes, bytes.count == size
    else {
      throw Refused(
        message: "expected \(count) elements of \(type.byteCount) bytes, got other bytes")
    }
    if isBigEndian { Self.reverseBytes(of: type, &bytes) }
    do throws(TensorLayout.Invalid) {
      let buffer = try TensorLayout(contiguous: bufferShape, storageCount: count)
      let layout = try TensorLayout(
        shape: axes.map { buffer.shape[$0] }, strides: axes.map { buffer.strides[$0] }, offset: 0,
        storageCount: count)
      return (bytes, layout)
    } catch { throw Refused(message: error.message) }
  }

  private static func reverseBytes(of type: ElementType, _ bytes: inout [UInt8]) {
    for start in stride(from: 0, to: bytes.count, by: type.byteCount) {
      bytes[start..<start + type.byteCount].reverse()
    }
  }
}
