import Foundation

/// `docs/architecture.md`: written by people but for the graph, which is drawn from the package.
struct ArchitecturePage {
  let package: PackageModel

  private static let begin =
    "<!-- The graph is drawn by UPDATE_ARCHITECTURE=1 swift test --filter PackageTests -->\n"
  private static let end = "<!-- The end of the graph -->\n"

  /// The graph of modules as Mermaid draws it: floors as boxes, the lowest at the bottom. An arrow goes
  /// to each module that is used and that is not reached by way of another one.
  var graph: String {
    var lines = ["```mermaid", "graph TD"]
    let executables = package.modules.filter {
      $0.kind == .executable && $0.path.hasPrefix("Sources/")
    }
    lines += box("Executables", executables.map(\.name))
    for floor in package.floors.reversed() {
      lines += box(floor, modules.filter { $0.floor == floor }.map(\.name))
    }
    for module in (executables + modules).sorted(by: { $0.name < $1.name }) {
      for name in direct(module).sorted() { lines.append("  \(module.name) --> \(name)") }
    }
    return (lines + ["```"]).joined(separator: "\n") + "\n"
  }

  /// The page with its graph replaced; nil where it has no place for one.
  func updated(_ page: String) -> String? {
    guard let begin = page.range(of: Self.begin),
      let end = page.range(of: Self.end, range: begin.upperBound..<page.endIndex)
    else { return nil }
    return page.replacingCharacters(in: begin.upperBound..<end.lowerBound, with: graph)
  }

  /// A sentence for each difference between the table of modules and the package. A row is
  /// `| floor | module | what it does |`.
  func problemsOfTable(_ page: String) -> [String] {
    var problems: [String] = []
    var described: [String: String] = [:]
    for row in page.matches(of: /(?m)^\| *(\w+) *\| *(\w+) *\|[^|\n]*\w[^|\n]*\|$/) {
      let (floor, name) = (String(row.1), String(row.2))
      guard package.floors.contains(floor) else { continue }
      if described.updateValue(floor, forKey: name) != nil {
        problems.append("\(name) has two rows")
      }
    }
    for module in modules {
      guard let floor = described.removeValue(forKey: module.name) else {
        problems.append("\(module.name) has no row")
        continue
      }
      if floor != module.floor {
        problems.append("\(module.name) is on the floor \(module.floor ?? "none"), not \(floor)")
      }
    }
    return problems + described.keys.sorted().map { "\($0) is no module" }
  }

  private var modules: [PackageModel.Module] {
    package.modules.filter { $0.kind == .library && $0.floor != nil }.sorted { $0.name < $1.name }
  }

  private func box(_ title: String, _ names: [String]) -> [String] {
    guard !names.isEmpty else { return [] }
    // A module may be named like its floor.
    return ["  subgraph \(title)Floor[\(title)]"] + names.sorted().map { "    \($0)" } + ["  end"]
  }

  /// Libraries of the package that a module uses and that none of the others leads to.
  private func direct(_ module: PackageModel.Module) -> Set<String> {
    let used = module.dependencies.filter { package[$0]?.kind == .library }
    return used.filter { name in
      !used.contains { $0 != name && reached(from: $0).contains(name) }
    }
  }

  /// All that a module uses, directly or not.
  private func reached(from name: String) -> Set<String> {
    var found: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      for dependency in package[next]?.dependencies ?? []
      where found.insert(dependency).inserted { open.append(dependency) }
    }
    return found
  }
}
