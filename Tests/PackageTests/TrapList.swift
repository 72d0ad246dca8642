import Foundation

/// The table of `docs/architecture.md` that says which traps remain, and why no input reaches them.
struct TrapList {
  /// Files as the table names them, and how many traps it says they have.
  let listed: [String: Int]

  /// Reads the table: rows of file, number and reason.
  init(page: String) {
    var listed: [String: Int] = [:]
    for row in page.matches(of: /(?m)^\| *([\w\/+]+\.swift) *\| *(\d+) *\|[^|\n]*\w[^|\n]*\|$/) {
      listed[String(row.1)] = Int(row.2)
    }
    self.listed = listed
  }

  /// A sentence for each difference to what the sources have.
  func problems(_ found: [String: Int]) -> [String] {
    Set(listed.keys).union(found.keys).sorted().compactMap { file in
      let (told, real) = (listed[file] ?? 0, found[file] ?? 0)
      guard told != real else { return nil }
      return
        "\(file): has \(real) traps, of which docs/architecture.md lists \(told); throw instead, or "
        + "say there why no input reaches it"
    }
  }

  /// How often a source would end the process: `precondition` and the like, and force.
  static func traps(in source: String) -> Int {
    let trap =
      /\b(?:fatalError|precondition|preconditionFailure)\(|\b(?:try|as)!|\bunsafelyUnwrapped\b|[\w)\]]!(?=[\s.,)\]:\[(]|$)/
      .wordBoundaryKind(.simple)
    return source.split(separator: "\n").reduce(0) { sum, line in
      sum + withoutTexts(line).matches(of: trap).count
    }
  }

  /// A line without its comment and without what stands in quotes.
  private static func withoutTexts(_ line: Substring) -> String {
    let code = line.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"")
    return String(code.prefix(upTo: code.firstRange(of: "//")?.lowerBound ?? code.endIndex))
  }
}

extension PackageModel {
  /// Traps of each file of the modules in `Sources`, by module and path. The kernels' builds are links,
  /// and count once.
  var traps: [String: Int] {
    var traps: [String: Int] = [:]
    for module in modules
    where module.path.hasPrefix("Sources/") && !module.name.hasPrefix("VectorKernels") {
      for (file, text) in module.sources {
        let count = TrapList.traps(in: text)
        if count > 0 { traps[module.name + "/" + file] = count }
      }
    }
    return traps
  }
}
