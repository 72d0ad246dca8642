import Contract
import ExtractionRun
import Foundation
import PrintableText
import ShardStore
import Terminal
import VideoCatalog
import Workers

/// Shows an extraction: the work to do on standard output, the progress line on standard error.
/// Ctrl-C, SIGTERM and SIGHUP finish the videos in progress, a second signal drops them.
final class ExtractionConsole: ExtractionObserver, ProgressConsole {
  private let input: String
  let line: Locked<ProgressLine?>
  let interruption: Interruption

  init(input: String) {
    self.input = input
    let line = Locked<ProgressLine?>(nil)
    self.line = line
    interruption = Interruption { request, _ in
      line.withLock {
        $0?.note(
          request == .finish
            ? "Finishing the videos in progress; press Ctrl-C again to drop them."
            : "Dropping the videos in progress.")
      }
    }
  }

  /// The received signal; nil if there was none.
  var signal: Int32? { interruption.signal }

  var shallDrop: Bool { interruption.request == .abandon }

  /// Ends the progress line; later notes still go through it.
  func end() { line.withLock { $0?.finish() } }

  func observe(_ event: ExtractionEvent) {
    switch event {
    case .began(let catalog, let store, let todo, let task, let workers):
      announce(catalog, store, todo: todo, task, workers: workers)
    case .followsOlderRecipe(let version):
      StandardOutput.write(
        "Note: the store was begun with version \(version) of the recipe, which takes pixels as they "
          + "are coded; HDR, interlaced, stretched and mirrored pictures are followed in a new store "
          + "only.")
    case .repaired(let outcome): announce(outcome)
    case .skipped(let video, let reason): note("Skipped \(video): \(reason)")
    case .notStored(let reason): note("Not stored: \(reason)")
    }
  }

  /// How folders and columns were interpreted, shown before work starts; a data set has few kinds
  /// of them.
  private static func table(_ reading: CatalogReading, limit: Int = 40) -> String {
    var table = TextTable(header: ["found", "taken as", "videos", "e.g."])
    for row in reading.rows.prefix(limit) {
      table.append([row.found, row.takenAs, "\(row.videos)", row.example])
    }
    let rest = reading.rows.count - limit
    return table.render()
      + (rest > 0 ? "\n... and \(rest) more, see \(ExtractionReport.fileName)" : "")
  }

  private func note(_ text: String) { line.withLock { $0?.note(text) } }

  private func announce(_ outcome: StoreRepair.Outcome) {
    guard !outcome.isEmpty else {
      StandardOutput.write("The store is sound; there is nothing to do again.")
      return
    }
    StandardOutput.write("Damaged or lost:")
    for finding in outcome.findings.prefix(20) { StandardOutput.write("  \(finding)".printable) }
    let rest = outcome.findings.count - 20
    if rest > 0 { StandardOutput.write("  ... and \(rest) more") }
    if !outcome.removedVideos.isEmpty {
      StandardOutput.write("Taken out of the store: \(outcome.removedVideos.count) damaged videos")
    }
    for path in outcome.setAside {
      StandardOutput.write("Set aside: \(path); remove it when the store is sound".printable)
    }
    StandardOutput.write("")
  }

  private func announce(
    _ catalog: VideoCatalog, _ store: String, todo: Int, _ task: JobTask?, workers: Int
  ) {
    let real = catalog.videos.count { $0.label == .real }
    let groups = Set(catalog.videos.map(\.group)).count
    StandardOutput.write(
      "Catalog: \(catalog.videos.count) videos (\(real) real, \(catalog.videos.count - real) fake) "
        + "in \(groups) groups from \(input.printable)")
    let forms = [VideoForm.picture, .frames].compactMap { form in
      let count = catalog.videos.count { $0.form == form }
      return count > 0 ? form.counted(count) : nil
    }
    if !forms.isEmpty {
      StandardOutput.write("Of these videos: " + forms.joined(separator: ", "))
    }
    StandardOutput.write("\n" + Self.table(catalog.reading) + "\n")
    for note in catalog.notes { StandardOutput.write("Note: \(note)".printable) }
    let share = task.map { $0.count > 1 ? " of task \($0.text)" : "" } ?? ""
    StandardOutput.write(
      "Store: \(store.printable); \(todo) videos\(share) to do with \(workers) "
        + "worker\(workers == 1 ? "" : "s")")
  }
}
