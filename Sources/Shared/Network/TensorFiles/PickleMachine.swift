/// Runs the stack program of a pickle without Python: names stay names, calls stay calls.
///
/// A pickle is a program that may call any Python function; that is how a model file becomes an
/// attack. Here REDUCE, NEWOBJ, NEWOBJ_EX, INST, OBJ and BUILD only record what they were given.
/// Names outside `knownGlobals` make opaque objects, which are kept but not interpreted. A name
/// that would give the file power over the machine is an error before anything can refer to it.
struct PickleMachine {
  var reader: ByteReader
  let knownGlobals: Set<PickleGlobal>
  let limits: PickleLimits

  var objects: [PickleObject] = []
  var stack: [PickleValue] = []
  /// The height of the stack at each open MARK. Nothing below the last one can be popped.
  var marks: [Int] = []
  var memo: [Int: PickleValue] = [:]
  var steps = 0
  /// Offset of the current instruction in the file.
  var start = 0
  /// Unknown names, each once, in file order.
  var strangers: [PickleGlobal] = []
  private var knownStrangers: Set<PickleGlobal> = []

  /// Reads one pickle and leaves `reader` after its STOP.
  static func run(
    _ reader: inout ByteReader, knownGlobals: Set<PickleGlobal>,
    limits: PickleLimits = PickleLimits()
  ) throws(TorchFileError) -> Pickle {
    var machine = PickleMachine(reader: reader, knownGlobals: knownGlobals, limits: limits)
    let root = try machine.run()
    reader = machine.reader
    return Pickle(objects: machine.objects, root: root, strangers: machine.strangers)
  }

  private init(reader: ByteReader, knownGlobals: Set<PickleGlobal>, limits: PickleLimits) {
    self.reader = reader
    self.knownGlobals = knownGlobals
    self.limits = limits
  }

  private mutating func run() throws(TorchFileError) -> PickleValue {
    // A pickle need not begin with PROTO: protocols 0 and 1 don't have it.
    while true {
      start = reader.position
      try spend(1)
      let code = try reader.byte("a pickle instruction")
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw error(
          .malformed, "expected a pickle instruction of protocol 0 to 5, got \(hexadecimal(code))")
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
    case .int: try push(decimalInteger())
    case .long: try push(decimalInteger())
    case .float: try push(decimalNumber())
    case .binFloat:
      // The only big-endian number of the format.
      let bits = try reader.littleEndian(UInt64.self, "a number").byteSwapped
      try push(.float(Double(bitPattern: bits)))

    case .shortBinUnicode: try push(unicodeString(length: length(UInt8.self)))
    case .binUnicode: try push(unicodeString(length: length(UInt32.self)))
    case .binUnicode8: try push(unicodeString(length: length(UInt64.self)))
    case .shortBinString: try push(byteString(length: length(UInt8.self)))
    case .binString: try push(byteString(length: length(Int32.self)))
    case .string: try push(quotedString())
    case .unicode: try push(escapedString())
    case .shortBinBytes: try push(.bytes(stringBytes(length: length(UInt8.self))))
    case .binBytes: try push(.bytes(stringBytes(length: length(UInt32.self))))
    case .binBytes8, .byteArray8: try push(.bytes(stringBytes(length: length(UInt64.self))))
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
    case .list: try pushObject(.list, popToMark())
    case .append: try extend(.list, with: pop(1))
    case .appends: try extend(.list, with: popToMark())
    case .emptyDict: try pushObject(.dictionary, [])
    case .dictionary: try pushDictionary()
    case .setItem: try extend(.dictionary, with: pop(2))
    case .setItems: try extend(.dictionary, with: popToMark())
    case .emptySet: try pushObject(.set, [])
    case .addItems: try extend(.set, with: popToMark())
    case .frozenSet: try pushObject(.set, popToMark())

    case .get: try pushMemo(decimalMemo())
    case .put: try memorize(decimalMemo())
    case .binGet: try pushMemo(Int(reader.byte("a memo number")))
    case .longBinGet: try pushMemo(Int(reader.littleEndian(UInt32.self, "a memo number")))
    case .binPut: try memorize(Int(reader.byte("a memo number")))
    case .longBinPut: try memorize(Int(reader.littleEndian(UInt32.self, "a memo number")))
    case .memoize: try memorize(memo.count)

    case .global: try pushGlobal()
    case .stackGlobal: try pushStackGlobal()
    case .reduce, .newObject: try recordCall()
    case .newObjectWithNames: try recordCallWithNames()
    case .instance: try recordInstance()
    case .object: try recordObject()
    case .extension1: try pushExtension(Int(reader.byte("an extension's number")))
    case .extension2:
      try pushExtension(Int(reader.littleEndian(UInt16.self, "an extension's number")))
    case .extension4:
      try pushExtension(Int(reader.littleEndian(UInt32.self, "an extension's number")))
    case .build: try recordState()
    case .persistentID:
      let text = try reader.line(maximumLength: limits.globalLength, "an identifier")
      try pushObject(.persistent, [.string(text)])
    case .binPersistentID: try recordPersistent()
    }
  }

  /// Notes an unknown name, up to a limit: a hostile file may have millions.
  mutating func note(_ stranger: PickleGlobal) {
    guard strangers.count < 1000, knownStrangers.insert(stranger).inserted else { return }
    strangers.append(stranger)
  }

  func error(_ code: TorchFileError.Code, _ message: String) -> TorchFileError {
    reader.error(code, at: start, message)
  }

  private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0x0\(digits)" : "0x\(digits)"
  }
}
