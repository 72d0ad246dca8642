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

  /// Whatever may still end a program by a trap stands in docs/architecture.md, with the reason why no
  /// input reaches it.
  @Test func everyTrapIsListed() throws {
    let package = try Self.package.get()
    let text = try String(
      contentsOf: PackageModel.folder.appending(path: "docs/architecture.md"), encoding: .utf8)
    let list = TrapList(page: text)
    #expect(list.listed.count > 10)
    for problem in list.problems(package.traps) { Issue.record("\(problem)") }
  }

  /// Durations go by clocks that nobody sets: the time of day is asked for only to say when something
  /// was, in files that are named here.
  @Test func durationsAreMonotonic() throws {
    let stamps: Set = [
      // `startedAt` of the report.
      "ExtractionRun/ExtractionJob.swift",
      // Signs of life, which other machines read.
      "ExtractionRun/TaskHeartbeat.swift",
      "ExtractionRun/StoreStatus.swift",
      // The day on which a model file was written.
      "Detector/FileDay.swift",
      // The time of an event in the log, of an upload and of its expiry.
      "Detector/ServerLog.swift",
      "AnalysisServer/WallClock.swift",
      // The time of an event, which TensorBoard shows.
      "Reporting/TensorBoardWriter.swift",
    ]
    let timeOfDay =
      /\bDate\(|\bDate\.now\b|timeIntervalSince|gettimeofday|CLOCK_REALTIME|DispatchWallTime|\btime\(nil|NSDate|CFAbsolute|wait\(until|contentModificationDate|modificationDate|st_mtim/
      .wordBoundaryKind(.simple)
    var found: Set<String> = []
    for module in try Self.package.get().modules where module.path.hasPrefix("Sources/") {
      for (file, text) in module.sources where text.contains(timeOfDay) {
        // The one that waits by the monotonic clock.
        let rest = text.replacing(/func wait\(until|condition\.wait\(until: deadline\)/, with: "")
        if rest.contains(timeOfDay) { found.insert(module.name + "/" + file) }
      }
    }
    #expect(found == stamps)
    let job = try #require(try Self.package.get()["ExtractionRun"]?.sources["ExtractionJob.swift"])
    #expect(job.matches(of: /\bDate\(/).count == 1 && !job.contains("timeIntervalSince"))
  }

  private static var isIntel: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }
}
