/// What came of the cases of a kind.
struct FuzzResult {
  private(set) var accepted = 0
  private(set) var refused = 0
  private(set) var found = 0
  private(set) var failures: [FailureKind: Int] = [:]
  var seconds = 0.0

  var cases: Int { accepted + refused + found + failed }
  var failed: Int { failures.values.reduce(0, +) }

  mutating func fail(_ kind: FailureKind) { failures[kind, default: 0] += 1 }

  mutating func count(_ word: String) {
    switch word {
    case "accepted": accepted += 1
    case "found": found += 1
    default: refused += 1
    }
  }
}

/// The table of a round, row by row as the kinds end.
struct FuzzTable {
  private var sum = 0
  private var failed = 0

  var hasFailures: Bool { failed > 0 }

  init() {
    Lines.write("| kind | cases | read | refused | found | failures | seconds |")
    Lines.write("|---|---|---|---|---|---|---|")
  }

  mutating func add(_ kind: any FuzzKind, _ result: FuzzResult) {
    sum += result.cases
    failed += result.failed
    let failures = FailureKind.allCases.compactMap { kind in
      result.failures[kind].map { "\($0) \(kind.rawValue)" }
    }
    Lines.write(
      "| \(kind.name) | \(result.cases) | \(result.accepted) | \(result.refused) | \(result.found) | "
        + (failures.isEmpty ? "0" : failures.joined(separator: ", "))
        + " | \(Int(result.seconds.rounded())) |")
  }

  func finish() { Lines.write("\(sum) cases, \(failed) failures") }
}
