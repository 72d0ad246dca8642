import Foundation
import TestSupport
import Testing

@Suite struct ArchitecturePageTests {
  private func madeUp() throws -> ArchitecturePage {
    try withTemporaryDirectory { ArchitecturePage(package: try MadeUpPackage(in: $0).model()) }
  }

  @Test func theGraphShowsFloorsAndWhatIsNotReachedOtherwise() throws {
    #expect(
      try madeUp().graph == """
        ```mermaid
        graph TD
          subgraph ExecutablesFloor[Executables]
            Tool
          end
          subgraph MediaFloor[Media]
            KernelsPortable
            Pictures
            VectorKernelsAVX2
          end
          subgraph PlatformFloor[Platform]
            Base
            Files
          end
          Pictures --> Base
          Pictures --> Files
          Tool --> Pictures
        ```

        """)
    let reached = try withTemporaryDirectory { folder in
      var package = try MadeUpPackage(in: folder)
      package.change("Tool") { $0.dependencies.insert("Base") }
      return ArchitecturePage(package: try package.model()).graph
    }
    #expect(try reached == madeUp().graph)
  }

  @Test func theGraphIsReplacedInThePage() throws {
    let page = try madeUp()
    #expect(page.updated("no marks\n") == nil)
    let marks =
      "<!-- The graph is drawn by UPDATE_ARCHITECTURE=1 swift test --filter PackageTests -->\n"
    let end = "<!-- The end of the graph -->\n"
    #expect(
      page.updated("before\n\(marks)old\n\(end)after\n")
        == "before\n\(marks)\(page.graph)\(end)after\n")
  }

  @Test func theTableOfModulesIsCompared() throws {
    let page = try madeUp()
    let rows = """
      | floor | module | what it does |
      |---|---|---|
      | Platform | Base | things |
      | Media | Pictures | pictures: JPEG |
      | Media | KernelsPortable | kernels |
      | Media | VectorKernelsAVX2 | the same |

      """
    #expect(page.problemsOfTable(rows + "| Platform | Files | files |\n") == [])
    #expect(page.problemsOfTable(rows) == ["Files has no row"])
    #expect(
      page.problemsOfTable(rows + "| Platform | Files |  |\n") == ["Files has no row"],
      "an empty description is none")
    #expect(
      page.problemsOfTable(rows + "| Media | Files | files |\n| Media | Old | old |\n")
        == ["Files is on the floor Platform, not Media", "Old is no module"])
    #expect(
      page.problemsOfTable(rows + rows + "| Platform | Files | files |\n").contains(
        "Base has two rows"))
  }
}
