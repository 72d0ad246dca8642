/// Names and what would be called by them.
extension PickleMachine {
  mutating func pushGlobal() throws(TorchFileError) {
    let module = try reader.line(maximumLength: limits.globalLength, "a module's name")
    let name = try reader.line(maximumLength: limits.globalLength, "an object's name")
    try push(PickleGlobal(module: module, name: name))
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

  private mutating func push(_ global: PickleGlobal) throws(TorchFileError) {
    let canonical = global.canonical
    guard allowedGlobals.contains(canonical) else { throw refusal(of: global) }
    try push(.global(canonical))
  }

  private func refusal(of global: PickleGlobal) -> TorchFileError {
    if isModule(global) {
      return error(
        .wholeModule,
        "expected tensors and plain values, got a whole module (torch.save(model)), beginning with "
          + "\(global): only its own Python code can load it, and nothing was run. Where that "
          + "code is at hand, save the weights alone: torch.save(model.state_dict(), path)")
    }
    let advice =
      TorchGlobals.isDangerous(global)
      ? "No model needs that: don't open this file in Python"
      : "If you trust the file, open it in Python and save its state_dict() alone"
    return error(
      .forbiddenGlobal,
      "expected tensors and plain values, but the file asks Python to call \(global); nothing was "
        + "run. \(advice)")
  }

  /// Whether a class is that of a network: one of PyTorch's, or one with PyTorch's layers in it.
  private func isModule(_ global: PickleGlobal) -> Bool {
    if ["torch.nn.", "torchvision.models."].contains(where: global.module.hasPrefix) {
      return true
    }
    return global.name.first?.isUppercase == true
      && reader.contains("torch.nn.modules.", within: 1 << 20)
  }

  mutating func recordCall() throws(TorchFileError) {
    try recordCall(pop(2))
  }

  /// NEWOBJ_EX has a dictionary of named arguments, which nothing that is read here needs.
  mutating func recordCallWithNames() throws(TorchFileError) {
    try recordCall(Array(pop(3).prefix(2)))
  }

  private mutating func recordCall(_ operands: [PickleValue]) throws(TorchFileError) {
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

  mutating func recordState() throws(TorchFileError) {
    let operands = try pop(2)
    guard case .object(let index) = operands[0] else {
      throw error(.malformed, "expected an object to give a state to, got a plain value")
    }
    objects[index].state = operands[1]
    try push(operands[0])
  }
}
