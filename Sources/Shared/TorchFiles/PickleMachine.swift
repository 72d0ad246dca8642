/// Runs the stack program of a pickle without Python: names stay names, calls stay calls.
///
/// A pickle is a program that may call any Python function; that is how a model file becomes an
/// attack. Here REDUCE, NEWOBJ and BUILD only record what they were given, and a name outside
/// `allowedGlobals` is an error before anything can refer to it.
struct PickleMachine {
  private var reader: ByteReader
  private let allowedGlobals: Set<PickleGlobal>
  private let limits: PickleLimits

  private var objects: [PickleObject] = []
  private var stack: [PickleValue] = []
  /// Heights of the stack at each open MARK. Nothing below the last one can be popped.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var steps = 0
  /// Where the instruction now executed begins.
  private var start = 0

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
      throw error(.malformed, "expected a pickle of protocol 2 (bytes 80 02)")
    }
    try checkProtocol()
    while true {
      start = reader.position
      try spend(1)
      let code = try reader.byte("a pickle instruction")
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw error(
          .malformed, "expected a pickle instruction of protocol 2, got \(hexadecimal(code))")
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
    case .stop: break  // `run` ends there.
    case .mark: try openMark()
    case .pop: try discardTop()
    case .popMark: _ = try popToMark()

    case .none: try push(.none)
    case .newTrue: try push(.bool(true))
    case .newFalse: try push(.bool(false))
    case .binInt: try push(.integer(Int(reader.littleEndian(Int32.self, "an integer"))))
    case .binInt1: try push(.integer(Int(reader.byte("an integer"))))
    case .binInt2: try push(.integer(Int(reader.littleEndian(UInt16.self, "an integer"))))
    case .long1: try push(longInteger())
    case .binFloat:
      // The one big-endian number of the format.
      let bits = try reader.littleEndian(UInt64.self, "a number").byteSwapped
      try push(.float(Double(bitPattern: bits)))
    case .binUnicode: try push(unicodeString())
    case .binString: try push(byteString(length: Int(reader.littleEndian(Int32.self, "a length"))))
    case .shortBinString: try push(byteString(length: Int(reader.byte("a length"))))

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

    case .binGet: try pushMemo(Int(reader.byte("a memo number")))
    case .longBinGet: try pushMemo(Int(reader.littleEndian(UInt32.self, "a memo number")))
    case .binPut: try memorize(Int(reader.byte("a memo number")))
    case .longBinPut: try memorize(Int(reader.littleEndian(UInt32.self, "a memo number")))

    case .global: try pushGlobal()
    case .reduce, .newObject: try recordCall()
    case .build: try recordState()
    case .binPersistentID: try pushObject(.persistent, pop(1))
    }
  }
}

// MARK: - Stack

extension PickleMachine {
  private mutating func push(_ value: PickleValue) throws(TorchFileError) {
    guard stack.count < limits.stackDepth else {
      throw error(.limitExceeded, "expected at most \(limits.stackDepth) values on the stack")
    }
    stack.append(value)
  }

  private mutating func pushObject(
    _ kind: PickleObject.Kind, _ items: [PickleValue]
  ) throws(TorchFileError) {
    try push(.object(objects.count))
    objects.append(PickleObject(kind: kind, items: items))
  }

  private mutating func pop() throws(TorchFileError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw error(.malformed, "expected a value on the pickle's stack, got none")
    }
    return value
  }

  private mutating func pop(_ count: Int) throws(TorchFileError) -> [PickleValue] {
    let height = stack.count - (marks.last ?? 0)
    guard height >= count else {
      throw error(.malformed, "expected \(count) values on the pickle's stack, got \(height)")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func openMark() throws(TorchFileError) {
    guard marks.count < limits.marks else {
      throw error(.limitExceeded, "expected at most \(limits.marks) nested values")
    }
    marks.append(stack.count)
  }

  private mutating func popToMark() throws(TorchFileError) -> [PickleValue] {
    guard let height = marks.popLast() else {
      throw error(.malformed, "expected a MARK on the pickle's stack, got none")
    }
    defer { stack.removeLast(stack.count - height) }
    return Array(stack[height...])
  }

  /// POP takes a MARK when that is what lies on top.
  private mutating func discardTop() throws(TorchFileError) {
    if let height = marks.last, height == stack.count {
      marks.removeLast()
    } else {
      _ = try pop()
    }
  }

  private mutating func memorize(_ number: Int) throws(TorchFileError) {
    let value = try pop()
    guard memo.count < limits.memoEntries else {
      throw error(.limitExceeded, "expected at most \(limits.memoEntries) memo entries")
    }
    memo[number] = value
    try push(value)
  }

  private mutating func pushMemo(_ number: Int) throws(TorchFileError) {
    guard let value = memo[number] else {
      throw error(.malformed, "expected memo entry \(number), which was never stored")
    }
    try push(value)
  }

  private mutating func spend(_ count: Int) throws(TorchFileError) {
    steps += count
    guard steps <= limits.steps else {
      throw error(.limitExceeded, "expected a pickle of at most \(limits.steps) instructions")
    }
  }
}

// MARK: - Values

extension PickleMachine {
  private mutating func checkProtocol() throws(TorchFileError) {
    let version = try reader.byte("a protocol number")
    guard version == 2 else {
      throw error(
        .unsupported,
        "expected pickle protocol 2, got \(version): save again with torch.save's default")
    }
  }

  /// LONG1: a length byte, then little-endian two's complement.
  private mutating func longInteger() throws(TorchFileError) -> PickleValue {
    let length = Int(try reader.byte("a length"))
    let bytes = reader.bytes[try reader.take(length, "an integer")]
    guard length <= 8 else { return .largeInteger(Array(bytes)) }
    var value: Int64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : -1
    for byte in bytes.reversed() { value = value << 8 | Int64(byte) }
    return .integer(Int(value))
  }

  private mutating func unicodeString() throws(TorchFileError) -> PickleValue {
    let length = Int(try reader.littleEndian(UInt32.self, "a length"))
    let bytes = try stringBytes(length: length)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error(.malformed, "expected a string of \(length) bytes in UTF-8, got other bytes")
    }
    return .string(text)
  }

  /// A Python 2 `str`: text if it is UTF-8, else bytes.
  private mutating func byteString(length: Int) throws(TorchFileError) -> PickleValue {
    let bytes = try stringBytes(length: length)
    return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes))
  }

  private mutating func stringBytes(length: Int) throws(TorchFileError) -> ArraySlice<UInt8> {
    guard length >= 0, length <= limits.stringLength else {
      throw error(
        .limitExceeded, "expected a string of at most \(limits.stringLength) bytes, got \(length)")
    }
    return reader.bytes[try reader.take(length, "a string")]
  }

  private mutating func extend(
    _ kind: PickleObject.Kind, with items: [PickleValue]
  ) throws(TorchFileError) {
    let target = try pop()
    guard case .object(let index) = target, objects[index].kind == kind else {
      throw error(.malformed, "expected a \(kind) to add to, got another value")
    }
    if kind == .dictionary, !items.count.isMultiple(of: 2) {
      throw error(.malformed, "expected pairs of key and value, got \(items.count) values")
    }
    objects[index].items += items
    try push(target)
  }

  private mutating func pushGlobal() throws(TorchFileError) {
    let module = try reader.line(maximumLength: limits.globalLength, "a module's name")
    let name = try reader.line(maximumLength: limits.globalLength, "an object's name")
    let global = PickleGlobal(module: module, name: name)
    guard allowedGlobals.contains(global) else {
      throw error(
        .forbiddenGlobal,
        "expected tensors and plain values, got \(global), which this reader refuses; if you trust "
          + "the file, open it in Python and save its state_dict() alone")
    }
    try push(.global(global))
  }

  private mutating func recordCall() throws(TorchFileError) {
    let operands = try pop(2)
    guard case .global(let global) = operands[0] else {
      throw error(.malformed, "expected the name of a callable, got another value")
    }
    guard case .object(let index) = operands[1], objects[index].kind == .tuple else {
      throw error(.malformed, "expected a tuple of arguments for \(global), got another value")
    }
    if global == TorchGlobals.orderedDictionary {
      try pushObject(.dictionary, orderedDictionaryItems(objects[index].items))
    } else {
      try pushObject(.call(global), objects[index].items)
    }
  }

  /// The items of `OrderedDict()`, or of `OrderedDict([[key, value], ...])` as Python 2 wrote it.
  private mutating func orderedDictionaryItems(
    _ arguments: [PickleValue]
  ) throws(TorchFileError) -> [PickleValue] {
    guard let argument = arguments.first else { return [] }
    guard arguments.count == 1, case .object(let index) = argument, objects[index].kind == .list
    else { throw error(.malformed, "expected a list of pairs for OrderedDict, got another value") }
    // A shared list costs its length each time, so that repeating it can't outgrow the limit.
    try spend(objects[index].items.count)
    var items: [PickleValue] = []
    items.reserveCapacity(objects[index].items.count * 2)
    for pair in objects[index].items {
      guard case .object(let pairIndex) = pair, objects[pairIndex].items.count == 2 else {
        throw error(.malformed, "expected a key and a value for OrderedDict, got another value")
      }
      items += objects[pairIndex].items
    }
    return items
  }

  private mutating func recordState() throws(TorchFileError) {
    let operands = try pop(2)
    guard case .object(let index) = operands[0] else {
      throw error(.malformed, "expected an object to give a state to, got a plain value")
    }
    objects[index].state = operands[1]
    try push(operands[0])
  }

  private func error(_ code: TorchFileError.Code, _ message: String) -> TorchFileError {
    reader.error(code, at: start, message)
  }

  private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0x0\(digits)" : "0x\(digits)"
  }
}
