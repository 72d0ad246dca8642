import Testing

/// What is found in sources, and compared with the table.
@Suite struct TrapListTests {
  /// Each kind is found once; comments, texts and harmless operators are none.
  @Test(arguments: [
    (#"precondition(count > 0, "a count")"#, 1), ("    fatalError(\"never\")", 1),
    ("else { preconditionFailure(message) }", 1), ("let a = try! read()", 1), ("x as! Int", 1),
    ("let first = list.first!", 1), ("use(a!, b![0], c!.d)", 3), ("value.unsafelyUnwrapped", 1),
    ("if a != b, !c { return !d }", 0), ("/// a `precondition(x)` that", 0),
    (#"print("fatalError(") // try!"#, 0), (#"write("Done! \(count)!")"#, 0),
    ("assert(isSorted)", 0), ("try? read()", 0), ("x as? Int", 0),
  ])
  func whatATrapIs(_ line: String, count: Int) {
    #expect(TrapList.traps(in: "let a = 1\n\(line)\nlet b = 2") == count)
  }

  /// New traps, more and fewer of them, and rows without a reason are told.
  @Test func theTableIsCompared() {
    let list = TrapList(
      page: """
        | file | traps | why no input reaches them |
        |---|---|---|
        | Files/Table.swift | 2 | columns are literals |
        | Files/Wide+Table.swift | 1 | columns are literals |
        | Files/Bare.swift | 1 | |
        """)
    #expect(list.problems(["Files/Table.swift": 2, "Files/Wide+Table.swift": 1]) == [])
    let problems = list.problems([
      "Files/Table.swift": 3, "Files/Bare.swift": 1, "Files/New.swift": 1,
    ])
    #expect(
      problems.map { $0.prefix { $0 != ":" } } == [
        "Files/Bare.swift", "Files/New.swift", "Files/Table.swift", "Files/Wide+Table.swift",
      ])
  }
}
