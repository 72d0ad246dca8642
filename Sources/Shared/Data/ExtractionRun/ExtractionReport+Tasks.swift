internal import Contract
internal import Files
internal import Foundation
internal import ShardStore

extension ExtractionReport {
  private static let maximumBytes = 512 << 20

  /// Reads and adds up the reports of a store's tasks, searches the whole store for equal videos,
  /// and writes the sum into its folder.
  ///
  /// - Parameter workers: threads that search for equal videos; 0 for one per core.
  /// - Returns: the sum, and the tasks that have no report yet.
  /// - Throws: if there is no report at all, or if a report or the store can't be read.
  package static func ofAllTasks(
    store: String, workers: Int
  ) throws -> (report: ExtractionReport, missing: [Int]) {
    let count = try StoreDescription(store: store).tasks ?? 1
    var reports: [ExtractionReport] = []
    var missing: [Int] = []
    for index in 0..<count {
      if let report = try read(JobTask(index: index, count: count), store) {
        reports.append(report)
      } else {
        missing.append(index)
      }
    }
    guard var report = sum(reports) else {
      throw ExtractionReportError(
        store: store,
        text:
          "expected the report of a task, such as \(fileName(of: JobTask(index: 0, count: count)))"
          + ", got none; run the extraction first")
    }
    if count > 1 {
      let reader = try ShardReader(directory: store, allowLive: true)
      report.duplicates = nil
      report.contradictory = []
      if reader.isBeingWritten {
        report.duplicates =
          "tasks of the store are being extracted; look for copies after their end"
      } else {
        report.count(equal: try reader.equalVideos(workerCount: workers))
      }
      try report.write(toStore: store)
    }
    return (report, missing)
  }

  private static func read(_ task: JobTask, _ store: String) throws -> ExtractionReport? {
    let path = store + "/" + fileName(of: task)
    guard try FileSystem.size(of: path) != nil else { return nil }
    let bytes = try FileSystem.contents(of: path, maximumBytes: maximumBytes)
    do {
      return try JSONDecoder().decode(ExtractionReport.self, from: Data(bytes))
    } catch {
      throw ExtractionReportError(
        store: path,
        text: "the file is no report of this release; run the task again, which writes it anew")
    }
  }

  /// The sum of reports; nil for none. What they say about the whole data set is included once.
  static func sum(_ reports: [ExtractionReport]) -> ExtractionReport? {
    guard var sum = reports.first else { return nil }
    sum.run.task = nil
    for report in reports.dropFirst() {
      sum.run.startedAt = min(sum.run.startedAt, report.run.startedAt)
      sum.run.wallSeconds += report.run.wallSeconds
      sum.run.workers = max(sum.run.workers, report.run.workers)
      sum.run.videosExtracted += report.run.videosExtracted
      sum.run.videosFailed += report.run.videosFailed
      if let more = report.run.videosTakenOver {
        sum.run.videosTakenOver = (sum.run.videosTakenOver ?? 0) + more
      }
      sum.run.cpuSecondsByStage.merge(report.run.cpuSecondsByStage, uniquingKeysWith: +)
      sum.run.wasInterrupted = sum.run.wasInterrupted || report.run.wasInterrupted
      sum.pending += report.pending
      sum.add(rows: report.rows)
      sum.skipped.addNew(report.skipped)
      sum.incomplete.addNew(report.incomplete)
      sum.unlabelled.addNew(report.unlabelled)
      sum.differing.addNew(report.differing)
      sum.replaced.addNew(report.replaced)
      sum.besides = sum.besides ?? report.besides
      for note in report.notes where !sum.notes.contains(note) { sum.notes.append(note) }
    }
    return sum
  }

  private mutating func add(rows others: [Row]) {
    for other in others {
      guard
        let index = rows.firstIndex(where: { $0.label == other.label && $0.split == other.split })
      else {
        rows.append(other)
        continue
      }
      rows[index].videos += other.videos
      rows[index].done += other.done
      rows[index].failed += other.failed
      rows[index].withoutFace += other.withoutFace
      rows[index].framesSampled += other.framesSampled
      rows[index].framesWithFace += other.framesWithFace
      rows[index].crops += other.crops
      rows[index].tracks += other.tracks
    }
    func order(_ row: Row) -> (Int, String) {
      (row.label == .real ? 0 : 1, row.split?.rawValue ?? "")
    }
    rows.sort { order($0) < order($1) }
  }
}

extension [ExtractionReport.Problem] {
  /// Adds the problems of videos that aren't listed yet: every task reports those of videos that
  /// belong to no task.
  fileprivate mutating func addNew(_ others: Self) {
    let known = Set(map(\.name))
    self += others.filter { !known.contains($0.name) }
  }
}

/// Why the reports of a store can't be added up.
package struct ExtractionReportError: Error, CustomStringConvertible {
  /// The store, or a file of it.
  package let store: String
  private let text: String

  init(store: String, text: String) {
    self.store = store
    self.text = text
  }

  /// What was expected and got, and what to try.
  package var description: String { "\(store): \(text)" }
}
