/// The type of an array's elements: `dtype("f4", False, True)` with the state
/// `(3, "<", None, None, None, -1, -1, 0)`.
struct NumPyType {
  let element: ElementType
  let isBigEndian: Bool

  private static let elements: [String: ElementType] = [
    "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32,
    "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
  ]

  /// The type's code, such as `f4`; nil for a value that is no `dtype`.
  static func code(_ value: PickleValue, in pickle: Pickle) -> String? {
    guard let object = pickle.object(value), object.kind == .call(NumPyGlobals.dtype),
      case .string(let code)? = object.items.first, code.utf8.count <= 16
    else { return nil }
    return code
  }

  /// Whether a code stands for numbers, including those that have no Float32 form.
  static func isNumber(_ code: String) -> Bool {
    code.first.map { "fiubc".contains($0) } ?? false
  }

  init(_ value: PickleValue, in pickle: Pickle) throws(NumPyArray.Refused) {
    guard let code = Self.code(value, in: pickle) else {
      throw NumPyArray.Refused(
        message: "expected the element type of an array, got \(pickle.summary(value))")
    }
    guard let element = Self.elements[code] else {
      throw NumPyArray.Refused(
        code: .unsupported,
        message:
          "expected real numbers, integers or bool, got NumPy's type \(code.debugDescription)")
    }
    self.element = element
    var order = PickleValue.string("<")
    if let state = pickle.object(value)?.state {
      // The fields after the byte order describe compound types.
      guard let fields = pickle.sequence(state), fields.count >= 5,
        fields[2...4].allSatisfy({ $0 == .none })
      else {
        throw NumPyArray.Refused(
          code: .unsupported,
          message: "expected a plain element type, got one with \(pickle.summary(state))")
      }
      order = fields[1]
    }
    switch order {
    case .string("<"), .string("|"), .string("="): isBigEndian = false
    case .string(">"): isBigEndian = true
    default:
      throw NumPyArray.Refused(
        message: "expected a byte order, got \(pickle.summary(order))")
    }
  }
}

/// The Python names in pickles of NumPy arrays, in the form of `PickleGlobal.canonical`.
enum NumPyGlobals {
  static let array = PickleGlobal(module: "numpy", name: "ndarray")
  static let dtype = PickleGlobal(module: "numpy", name: "dtype")
  static let reconstruct = PickleGlobal(module: "numpy._core.multiarray", name: "_reconstruct")
  static let scalar = PickleGlobal(module: "numpy._core.multiarray", name: "scalar")
  static let fromBuffer = PickleGlobal(module: "numpy._core.numeric", name: "_frombuffer")

  static let joblibWrapper = PickleGlobal(
    module: "joblib.numpy_pickle", name: "NumpyArrayWrapper")

  static let all: Set<PickleGlobal> = [array, dtype, reconstruct, scalar, fromBuffer]
}
