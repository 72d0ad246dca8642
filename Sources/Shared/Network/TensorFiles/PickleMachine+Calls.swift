/// Instructions that name classes and functions, and those that would call them.
extension PickleMachine {
  mutating func pushGlobal() throws(TorchFileError) {
    try push(globalLines())
  }

  private mutating func globalLines() throws(TorchFileError) -> PickleGlobal {
    let module = try reader.line(maximumLength: limits.globalLength, "a module's name")
    let name = try reader.line(maximumLength: limits.globalLength, "an object's name")
    return PickleGlobal(module: module, name: name)
  }

  /// STACK_GLOBAL takes both names from the stack.
  mutating func pushStackGlobal() throws(TorchFileError) {
    let operands = try pop(2)
    guard case .string(let module) = operands[0], case .string(let name) = operands[1] else {
      throw error(.malformed, "expected the names of a module and an object, got other values")
    }
    guard max(module.utf8.count, name.utf8.count) <= limits.globalLength else {
      throw error(.limitExceeded, "expected names of at most \(limits.globalLength) bytes")
    }
    try push(PickleGlobal(module: module, name: name))
  }

  /// EXT1, EXT2 and EXT4 name a class by a number that its program has registered.
  mutating func pushExtension(_ number: Int) throws(TorchFileError) {
    try push(PickleGlobal(module: "copyreg", name: "extension \(number)"))
  }

  private mutating func push(_ global: PickleGlobal) throws(TorchFileError) {
    try push(.global(checked(global)))
  }

  /// Returns the canonical form of a name. Notes an unknown name; throws for a dangerous one.
  private mutating func checked(_ global: PickleGlobal) throws(TorchFileError) -> PickleGlobal {
    let canonical = global.canonical
    guard !TorchGlobals.isDangerous(canonical) else {
      throw error(
        .forbiddenGlobal,
        "expected tensors and plain values, but the file asks Python to call \(global); nothing was "
          + "run. No model needs that: don't open this file in Python")
    }
    if !knownGlobals.contains(canonical) { note(canonical) }
    return canonical
  }

  mutating func recordCall() throws(TorchFileError) {
    try recordCall(pop(2))
  }

  /// NEWOBJ_EX also takes a dictionary of named arguments. Nothing that is read here needs it.
  mutating func recordCallWithNames() throws(TorchFileError) {
    try recordCall(Array(pop(3).prefix(2)))
  }

  /// INST: the class in two lines, its arguments from the last MARK on.
  mutating func recordInstance() throws(TorchFileError) {
    let global = try checked(globalLines())
    try pushObject(of: global, popToMark())
  }

  /// OBJ: the class and its arguments from the last MARK on.
  mutating func recordObject() throws(TorchFileError) {
    let operands = try popToMark()
    guard case .global(let global)? = operands.first else {
      throw error(.malformed, "expected the name of a class, got another value")
    }
    try pushObject(of: global, Array(operands.dropFirst()))
  }

  private mutating func recordCall(_ operands: [PickleValue]) throws(TorchFileError) {
    guard case .object(let index) = operands[1], objects[index].kind == .tuple else {
      throw error(.malformed, "expected a tuple of arguments, got another value")
    }
    let arguments = objects[index].items
    switch operands[0] {
    case .global(let global): try pushObject(of: global, arguments)
    case .object(let callable):
      // A method or a partial function: its result is as unknown as the function.
      guard case .opaque(let global) = objects[callable].kind else { fallthrough }
      try pushObject(.opaque(global), arguments)
    default: throw error(.malformed, "expected the name of a callable, got another value")
    }
  }

  private mutating func pushObject(
    of global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(TorchFileError) {
    switch global {
    case TorchGlobals.orderedDictionary:
      try pushObject(.dictionary, orderedDictionaryItems(arguments))
    case TorchGlobals.reconstructor:
      try pushReconstructed(arguments)
    case TorchGlobals.getAttribute:
      try pushAttribute(arguments)
    default:
      try pushObject(knownGlobals.contains(global) ? .call(global) : .opaque(global), arguments)
    }
  }

  /// `copyreg._reconstructor(class, base, value)`, with which protocols 0 and 1 make objects.
  private mutating func pushReconstructed(_ arguments: [PickleValue]) throws(TorchFileError) {
    guard arguments.count == 3, case .global(let global) = arguments[0] else {
      throw error(.malformed, "expected a class and its base, got other values")
    }
    try pushObject(of: global, [])
    guard case .object(let value) = arguments[2], objects[value].kind == .dictionary,
      case .opaque = objects[objects.count - 1].kind
    else { return }
    try spend(objects[value].items.count)
    objects[objects.count - 1].entries = objects[value].items
  }

  /// `getattr(class, name)`, with which members of enumerations are written. Any other use of it
  /// could reach a function that the file doesn't name.
  private mutating func pushAttribute(_ arguments: [PickleValue]) throws(TorchFileError) {
    guard arguments.count == 2, case .global(let owner) = arguments[0],
      owner.name.drop(while: { $0 == "_" }).first?.isUppercase == true,
      case .string(let name) = arguments[1],
      !name.hasPrefix("_")
    else {
      throw error(
        .forbiddenGlobal,
        "expected tensors and plain values, but the file asks Python to call getattr on what is no "
          + "class; nothing was run. No model needs that: don't open this file in Python")
    }
    try pushObject(.opaque(owner), [arguments[1]])
  }

  /// BINPERSID: a storage. In PyTorch's legacy format it can also be the class of a module, with
  /// its source text.
  mutating func recordPersistent() throws(TorchFileError) {
    let identifier = try pop(1)
    if case .object(let index) = identifier[0], objects[index].kind == .tuple,
      objects[index].items.first == .string("module"),
      case .global(let global)? = objects[index].items.dropFirst().first
    {
      return try push(.global(global))
    }
    try pushObject(.persistent, identifier)
  }

  /// The items of `OrderedDict()`, or of `OrderedDict([[key, value], ...])` as Python 2 wrote it.
  private mutating func orderedDictionaryItems(
    _ arguments: [PickleValue]
  ) throws(TorchFileError) -> [PickleValue] {
    guard let argument = arguments.first else { return [] }
    guard arguments.count == 1, case .object(let index) = argument, objects[index].kind == .list
    else { throw error(.malformed, "expected a list of pairs for OrderedDict, got another value") }
    // A shared list counts at each use, so that repeating it can't exceed the limit.
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

  mutating func recordState() throws(TorchFileError) {
    let operands = try pop(2)
    switch operands[0] {
    case .object(let index):
      objects[index].state = operands[1]
      try readJoblibArray(index)
    // Attributes of a class itself, as cloudpickle writes them.
    case .global: break
    default: throw error(.malformed, "expected an object to give a state to, got a plain value")
    }
    try push(operands[0])
  }
}
