/// Runs the stack program of a pickle without Python: names stay names, calls stay calls.
///
/// A pickle is a program that may call any Python function; that is how a model file becomes an
/// attack. Here REDUCE, NEWOBJ, NEWOBJ_EX and BUILD only record what they were given, and a name
/// outside `allowedGlobals` is an error before anything can refer to it.
struct PickleMachine {
  var reader: ByteReader
  let allowedGlobals: Set<PickleGlobal>
  let limits: PickleLimits

  var objects: [PickleObject] = []
  var stack: [PickleValue] = []
  /// Heights of the stack at each open MARK. Nothing below the last one can be popped.
  var marks: [Int] = []
  var memo: [Int: PickleValue] = [:]
  var steps = 0
  /// Where the instruction now executed begins.
  var start = 0

  /// Reads one pickle and leaves `reader` behind its STOP.
  static func run(
    _ reader: inout ByteReader, allowedGlobals: Set<PickleGlobal>,
    limits: PickleLimits = PickleLimits()
  ) throws(TorchFileError) -> Pickle {
    var machine = PickleMachine(reader: reader, allowedGlobals: allowedGlobals, limits: limits)
    let root = try machine.run()
    reader = machine.reader
    return Pickle(objects: machine.objects, root: root)
  }

  private init(reader: ByteReader, allowedGlobals: Set<PickleGlobal>, limits: PickleLimits) {
    self.reader = reader
    self.allowedGlobals = allowedGlobals
    self.limits = limits
  }

  private mutating func run() throws(TorchFileError) -> PickleValue {
    start = reader.position
    guard try reader.byte("a pickle") == PickleOpcode.proto.rawValue else {
      throw error(.malformed, "expected a pickle of protocol 2 to 5 (bytes 80 02 to 80 05)")
    }
    try checkProtocol()
    while true {
      start = reader.position
      try spend(1)
      let code = try reader.byte("a pickle instruction")
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw error(
          .malformed, "expected a pickle instruction of protocol 2 to 5, got \(hexadecimal(code))")
      }
      if opcode == .stop {
        guard stack.count == 1, marks.isEmpty else {
          throw error(.malformed, "expected one value at the pickle's end, got \(stack.count)")
        }
        return try pop()
      }
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(TorchFileError) {
    switch opcode {
    case .proto: try checkProtocol()
    case .frame: try checkFrame()
    case .stop: break  // `run` ends there.
    case .mark: try openMark()
    case .pop: try discardTop()
    case .popMark: _ = try popToMark()
    case .duplicate: try duplicateTop()

    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binInt: try push(.integer(Int(reader.littleEndian(Int32.self, "an integer"))))
    case .binInt1: try push(.integer(Int(reader.byte("an integer"))))
    case .binInt2: try push(.integer(Int(reader.littleEndian(UInt16.self, "an integer"))))
    case .long1: try push(longInteger(length: length(UInt8.self)))
    case .long4: try push(longInteger(length: length(Int32.self)))
    case .binFloat:
      // The one big-endian number of the format.
      let bits = try reader.littleEndian(UInt64.self, "a number").byteSwapped
      try push(.float(Double(bitPattern: bits)))

    case .shortBinUnicode: try push(unicodeString(length: length(UInt8.self)))
    case .binUnicode: try push(unicodeString(length: length(UInt32.self)))
    case .binUnicode8: try push(unicodeString(length: length(UInt64.self)))
    case .shortBinString: try push(byteString(length: length(UInt8.self)))
    case .binString: try push(byteString(length: length(Int32.self)))
    case .shortBinBytes: try push(.bytes(Array(stringBytes(length: length(UInt8.self)))))
    case .binBytes: try push(.bytes(Array(stringBytes(length: length(UInt32.self)))))
    case .binBytes8, .byteArray8: try push(.bytes(Array(stringBytes(length: length(UInt64.self)))))
    case .nextBuffer, .readOnlyBuffer:
      throw error(
        .unsupported,
        "expected arrays in the file, got a buffer outside of it: save without buffer_callback")

    case .emptyTuple: try pushObject(.tuple, [])
    case .tuple1: try pushObject(.tuple, pop(1))
    case .tuple2: try pushObject(.tuple, pop(2))
    case .tuple3: try pushObject(.tuple, pop(3))
    case .tuple: try pushObject(.tuple, popToMark())
    case .emptyList: try pushObject(.list, [])
    case .append: try extend(.list, with: pop(1))
    case .appends: try extend(.list, with: popToMark())
    case .emptyDict: try pushObject(.dictionary, [])
    case .setItem: try extend(.dictionary, with: pop(2))
    case .setItems: try extend(.dictionary, with: popToMark())
    case .emptySet: try pushObject(.set, [])
    case .addItems: try extend(.set, with: popToMark())
    case .frozenSet: try pushObject(.set, popToMark())

    case .binGet: try pushMemo(Int(reader.byte("a memo number")))
    case .longBinGet: try pushMemo(Int(reader.littleEndian(UInt32.self, "a memo number")))
    case .binPut: try memorize(Int(reader.byte("a memo number")))
    case .longBinPut: try memorize(Int(reader.littleEndian(UInt32.self, "a memo number")))
    case .memoize: try memorize(memo.count)

    case .global: try pushGlobal()
    case .stackGlobal: try pushStackGlobal()
    case .reduce, .newObject: try recordCall()
    case .newObjectWithNames: try recordCallWithNames()
    case .build: try recordState()
    case .binPersistentID: try pushObject(.persistent, pop(1))
    }
  }

  func error(_ code: TorchFileError.Code, _ message: String) -> TorchFileError {
    reader.error(code, at: start, message)
  }

  private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0x0\(digits)" : "0x\(digits)"
  }
}
