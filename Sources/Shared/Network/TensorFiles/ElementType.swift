/// The element types that have a Float32 form.
enum ElementType: Sendable, Equatable, CaseIterable {
  case float16, bfloat16, float32, float64
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case bool

  /// The Python name in `torch`, such as `torch.float16`.
  var dtypeName: String { "\(self)" }

  /// The name of the typed storage class in `torch`; nil for types that have no such class.
  var storageName: String? {
    switch self {
    case .float16: "HalfStorage"
    case .bfloat16: "BFloat16Storage"
    case .float32: "FloatStorage"
    case .float64: "DoubleStorage"
    case .int8: "CharStorage"
    case .int16: "ShortStorage"
    case .int32: "IntStorage"
    case .int64: "LongStorage"
    case .uint8: "ByteStorage"
    case .bool: "BoolStorage"
    case .uint16, .uint32, .uint64: nil
    }
  }

  /// Whether elements are integers or bool, which fit an Int64 (uint64 only below 2^63).
  var isInteger: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: false
    default: true
    }
  }

  var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }
}
