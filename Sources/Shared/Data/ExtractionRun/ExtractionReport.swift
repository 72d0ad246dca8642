package import Contract
internal import Files
internal import Foundation
internal import PrintableText
package import ShardStore
internal import Terminal
package import VideoCatalog

/// What a run did, and what the store holds afterwards of the data set or of one task's share:
/// `extraction-report.json` in the store's folder, or for a task `extraction-report-003.json`.
package struct ExtractionReport: Codable {
  /// Counts of videos of one label and split.
  package struct Row: Codable {
    package var label: VideoLabel
    package var split: DatasetSplit?
    package var videos = 0
    package var done = 0
    package var failed = 0
    package var withoutFace = 0
    package var framesSampled = 0
    package var framesWithFace = 0
    package var crops = 0
    package var tracks = 0
  }

  /// A video and what is wrong with it.
  package struct Problem: Codable {
    package var name: String
    package var label: VideoLabel?
    package var reasons: [String]
  }

  /// What this run did, and what it cost.
  package struct Run: Codable {
    package var startedAt: String
    package var wallSeconds: Double
    package var workers: Int
    /// The task that it did, as in `--task`; nil for all.
    package var task: String?
    package var videosExtracted: Int
    package var videosFailed: Int
    /// Fakes that were searched for faces only where their originals have them; nil without
    /// `detection.reuseOriginals`, and in reports of older software.
    package var videosTakenOver: Int?
    package var cpuSecondsByStage: [String: Double]
    package var wasInterrupted: Bool
  }

  package var softwareVersion: String
  package var dataset: String
  package var input: String
  package var settings: [String: String]
  package var run: Run
  /// Videos of the catalog that are not in the store yet.
  package var pending: Int
  package var rows: [Row]
  /// Videos without a crop because they could not be read.
  package var skipped: [Problem]
  /// Videos that gave less than was requested: damaged, truncated, short or without a face.
  package var incomplete: [Problem]
  /// Videos without a label, which were skipped because the settings or the data set say so.
  package var unlabelled: [Problem]
  /// What lies in the folders and is not used.
  package var passedOver: PassedOver
  /// Videos that the store has with another label, group or split than the catalog has.
  package var differing: [Problem] = []
  /// Videos whose crops in the store are those of another file, with the same name and another
  /// size.
  package var replaced: [Problem] = []
  /// A sentence about videos that the store has and the data set doesn't; nil if there are none.
  package var besides: String?
  /// Fake videos with exactly the pictures of a real one: one of the two labels is wrong.
  package var contradictory: [Problem] = []
  /// A sentence about equal videos in different groups, or why they were not searched for; nil if
  /// there are none.
  package var duplicates: String?
  package var notes: [String]
  /// How the catalog interpreted its input.
  package var reading = CatalogReading()

  /// Whether videos aren't in the store as they should be; those that the settings leave out don't
  /// count.
  package var hasProblems: Bool {
    !skipped.isEmpty || !incomplete.isEmpty || !differing.isEmpty || !contradictory.isEmpty
      || !replaced.isEmpty
  }

  /// Fills rows and problems from the store's records.
  ///
  /// - Parameter videos: those of the catalog that the report is about.
  package mutating func count(
    _ catalog: VideoCatalog, _ videos: [CatalogVideo], records: [String: VideoRecord]
  ) {
    var rows: [String: Row] = [:]
    for video in videos {
      let key = "\(video.label == .real ? 0 : 1) \(video.split?.rawValue ?? "")"
      var row = rows[key] ?? Row(label: video.label, split: video.split)
      row.videos += 1
      if let record = records[video.name] {
        add(record, of: video, to: &row)
      } else {
        pending += 1
      }
      rows[key] = row
    }
    let names = Set(videos.map(\.name))
    let others = records.keys.filter { !names.contains($0) }.sorted()
    if let first = others.first {
      besides =
        "the store holds \(others.count) video\(others.count == 1 ? "" : "s") that this data set "
        + "doesn't have, such as \(first)"
    }
    self.rows = rows.sorted { $0.key < $1.key }.map(\.value)
    func problems(_ omitted: [OmittedVideo]) -> [Problem] {
      omitted.map { Problem(name: $0.name, label: nil, reasons: [$0.reason]) }
    }
    skipped += problems(catalog.missing)
    unlabelled += problems(catalog.unlabelled)
    notes += catalog.notes
    reading = catalog.reading
  }

  private mutating func add(_ record: VideoRecord, of video: CatalogVideo, to row: inout Row) {
    let differences = Self.differences(record, video)
    if !differences.isEmpty {
      differing.append(Problem(name: video.name, label: video.label, reasons: differences))
    }
    if let stored = record.sourceBytes, let current = video.sourceBytes, stored != current {
      replaced.append(
        Problem(
          name: video.name, label: video.label,
          reasons: ["the store has the crops of a file of \(stored) bytes, this one has \(current)"]
        ))
    }
    switch record.state {
    case .failed:
      row.failed += 1
      skipped.append(
        Problem(
          name: video.name, label: video.label,
          reasons: [record.reason ?? "unknown reason"] + record.notes))
    case .done:
      row.done += 1
      if record.images == 0 { row.withoutFace += 1 }
      if !record.notes.isEmpty {
        incomplete.append(Problem(name: video.name, label: video.label, reasons: record.notes))
      }
    }
    row.framesSampled += record.framesSampled
    row.framesWithFace += record.framesWithFace
    row.crops += record.images
    row.tracks += record.tracks
  }

  /// The values of a video that differ in store and catalog: a store keeps those that it was begun
  /// with.
  private static func differences(_ record: VideoRecord, _ video: CatalogVideo) -> [String] {
    var differences: [String] = []
    func compare(_ what: String, _ stored: String?, _ current: String?) {
      guard stored != current else { return }
      differences.append(
        "\(what) \(stored ?? "none") in the store, \(current ?? "none") in the data set")
    }
    compare("label", record.label.rawValue, video.label.rawValue)
    compare("group", record.group, video.group)
    compare("split", record.split?.rawValue, video.split?.rawValue)
    return differences
  }

  /// Lists the videos that were removed from the store as damaged and that the data set doesn't
  /// have.
  package mutating func count(removed: [String], _ catalog: VideoCatalog) {
    let names = Set(catalog.videos.map(\.name))
    skipped += removed.filter { !names.contains($0) }.map {
      Problem(
        name: $0, label: nil,
        reasons: ["it was damaged and was taken out of the store; this data set doesn't have it"])
    }
  }

  /// Fills in what equal videos show about labels and groups.
  ///
  /// - Parameter sets: sets of videos of the store with the same crops.
  package mutating func count(equal sets: [[ShardReader.Video]]) {
    var ofOtherGroups: [[ShardReader.Video]] = []
    for set in sets {
      if let real = set.first(where: { $0.record.label == .real }) {
        for fake in set where fake.record.label == .fake {
          contradictory.append(
            Problem(
              name: fake.name, label: .fake,
              reasons: [
                "exactly the pictures of \(real.name), which is labelled real: one of the labels is "
                  + "wrong. Training leaves both out; correct or remove one, and extract into a new "
                  + "store"
              ]))
        }
      }
      if Set(set.map(\.record.group)).count > 1 { ofOtherGroups.append(set) }
    }
    guard let first = ofOtherGroups.first,
      let other = first.first(where: { $0.record.group != first[0].record.group })
    else { return }
    duplicates =
      "\(ofOtherGroups.reduce(0) { $0 + $1.count }) videos have exactly the pictures of a video of "
      + "another group, such as \(first[0].name) and \(other.name); training takes their groups as one"
  }

  /// The table by label and split, and below it what isn't used.
  package func table() -> String {
    var table = TextTable(header: [
      "label", "split", "videos", "done", "failed", "no face", "frames", "with face", "crops",
      "tracks",
    ])
    var total = Row(label: .real)
    for row in rows {
      table.append(cells(row, label: row.label.rawValue, split: row.split?.rawValue ?? "-"))
      total.videos += row.videos
      total.done += row.done
      total.failed += row.failed
      total.withoutFace += row.withoutFace
      total.framesSampled += row.framesSampled
      total.framesWithFace += row.framesWithFace
      total.crops += row.crops
      total.tracks += row.tracks
    }
    table.append(cells(total, label: "all", split: ""))
    let passedOver = passedOver.text.map { "\n" + "Passed over: \($0)".printable } ?? ""
    let takenOver =
      run.videosTakenOver.map {
        "\nSearched only where their originals have faces: \($0) of \(run.videosExtracted) "
          + "videos of this run"
      } ?? ""
    return table.render() + passedOver + takenOver
  }

  private func cells(_ row: Row, label: String, split: String) -> [String] {
    let share =
      row.framesSampled > 0
      ? String(format: "%.1f%%", 100 * Double(row.framesWithFace) / Double(row.framesSampled))
      : "-"
    return [
      label, split, "\(row.videos)", "\(row.done)", "\(row.failed)", "\(row.withoutFace)",
      "\(row.framesSampled)", share, "\(row.crops)", "\(row.tracks)",
    ]
  }

  /// Every skipped, incomplete or otherwise remarkable video with its reasons, at most `limit` of
  /// each kind.
  package func problemLines(limit: Int = 40) -> [String] {
    var lines: [String] = []
    let lists = [
      ("Skipped", skipped), ("Passed over, without a label", unlabelled),
      ("Incomplete", incomplete), ("Contradictory", contradictory),
      ("Other files than the store was made from; extract them into a new store", replaced),
      ("Begun with other labels or groups; a new store takes the present ones", differing),
    ]
    for (title, problems) in lists where !problems.isEmpty {
      lines.append("\(title) (\(problems.count)):")
      for problem in problems.prefix(limit) {
        lines.append("  \(problem.name): \(problem.reasons.joined(separator: "; "))".printable)
      }
      if problems.count > limit {
        lines.append("  ... and \(problems.count - limit) more, see \(fileName)")
      }
    }
    if let besides { lines.append("Note: \(besides).".printable) }
    if let duplicates { lines.append("Note: \(duplicates).".printable) }
    return lines
  }

  package static let fileName = "extraction-report.json"

  /// Name of the file of one task of several: `extraction-report-003.json`.
  package static func fileName(of task: JobTask?) -> String {
    guard let task, task.count > 1 else { return fileName }
    let digits = String(task.index)
    return "extraction-report-" + String(repeating: "0", count: 3 - digits.count) + digits + ".json"
  }

  /// Name of the report's file in the store's folder.
  package var fileName: String { Self.fileName(of: run.task.flatMap { JobTask($0) }) }

  /// Writes the report into the store's folder, in one step.
  package func write(toStore directory: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let bytes = [UInt8](try encoder.encode(self))
    try AtomicFile.write(bytes, to: directory + "/" + fileName)
  }
}
