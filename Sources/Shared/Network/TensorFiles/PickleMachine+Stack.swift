/// The stack and the memo.
extension PickleMachine {
  mutating func push(_ value: PickleValue) throws(TorchFileError) {
    guard stack.count < limits.stackDepth else {
      throw error(.limitExceeded, "expected at most \(limits.stackDepth) values on the stack")
    }
    stack.append(value)
  }

  mutating func pushObject(
    _ kind: PickleObject.Kind, _ items: [PickleValue]
  ) throws(TorchFileError) {
    try push(.object(objects.count))
    objects.append(PickleObject(kind: kind, items: items))
  }

  mutating func pop() throws(TorchFileError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw error(.malformed, "expected a value on the pickle's stack, got none")
    }
    return value
  }

  mutating func pop(_ count: Int) throws(TorchFileError) -> [PickleValue] {
    let height = stack.count - (marks.last ?? 0)
    guard height >= count else {
      throw error(.malformed, "expected \(count) values on the pickle's stack, got \(height)")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  mutating func openMark() throws(TorchFileError) {
    guard marks.count < limits.marks else {
      throw error(.limitExceeded, "expected at most \(limits.marks) nested values")
    }
    marks.append(stack.count)
  }

  mutating func popToMark() throws(TorchFileError) -> [PickleValue] {
    guard let height = marks.popLast() else {
      throw error(.malformed, "expected a MARK on the pickle's stack, got none")
    }
    defer { stack.removeLast(stack.count - height) }
    return Array(stack[height...])
  }

  /// POP removes a MARK if one is on top of the stack.
  mutating func discardTop() throws(TorchFileError) {
    if let height = marks.last, height == stack.count {
      marks.removeLast()
    } else {
      _ = try pop()
    }
  }

  mutating func duplicateTop() throws(TorchFileError) {
    let value = try pop()
    try push(value)
    try push(value)
  }

  mutating func memorize(_ number: Int) throws(TorchFileError) {
    let value = try pop()
    guard memo.count < limits.memoEntries else {
      throw error(.limitExceeded, "expected at most \(limits.memoEntries) memo entries")
    }
    memo[number] = value
    try push(value)
  }

  mutating func pushMemo(_ number: Int) throws(TorchFileError) {
    guard let value = memo[number] else {
      throw error(.malformed, "expected memo entry \(number), which was never stored")
    }
    try push(value)
  }

  mutating func spend(_ count: Int) throws(TorchFileError) {
    steps += count
    guard steps <= limits.steps else {
      throw error(.limitExceeded, "expected a pickle of at most \(limits.steps) instructions")
    }
  }
}
