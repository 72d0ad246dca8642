import Foundation
import Testing

/// The rules of the architecture, for this package.
@Suite struct PackageTests {
  private static let package = Result { try PackageModel.current() }

  @Test func theArchitectureIsKept() throws {
    let package = try Self.package.get()
    // Else the check would pass for want of anything to check.
    #expect(package.floors.count >= 9 && package.modules.count > 40)
    #expect(package.modules.allSatisfy { $0.kind == .cLibrary || !$0.sources.isEmpty })
    #expect(package["VectorKernelsAVX2"] != nil || !Self.isIntel)
    let check = ArchitectureCheck(package: package, folder: PackageModel.folder)
    for violation in check.violations { Issue.record("\(violation)") }
  }

  /// With `UPDATE_ARCHITECTURE=1` in the environment the page gets the graph, and must have it without.
  @Test func thePageShowsThePackage() throws {
    let page = ArchitecturePage(package: try Self.package.get())
    let file = PackageModel.folder.appending(path: "docs/architecture.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let updated = try #require(page.updated(text), "the marks of the graph are missing")
    if ProcessInfo.processInfo.environment["UPDATE_ARCHITECTURE"] == "1" {
      try Data(updated.utf8).write(to: file)
    } else {
      #expect(
        updated == text,
        "the graph is not the package's; run: UPDATE_ARCHITECTURE=1 swift test --filter PackageTests"
      )
    }
    for problem in page.problemsOfTable(updated) { Issue.record("the table: \(problem)") }
  }

  private static var isIntel: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }
}
