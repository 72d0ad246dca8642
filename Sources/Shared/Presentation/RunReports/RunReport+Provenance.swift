internal import Contract
internal import Imaging
internal import Judging
internal import Measure
internal import ModelFiles
internal import PrintableText
package import Reporting
internal import TrainingRun
internal import VideoCatalog

extension RunReport {
  /// Data, settings, machine, and the commands that reproduce the run.
  package mutating func provenance() -> ReportPage.Section? {
    var blocks: [ReportPage.Block] = run.gaps.map { .note(Markup(text: $0)) }
    if let information = run.information {
      blocks.append(.table(Self.splits(information.data)))
      blocks += information.data.notes.map { .note(Markup(text: $0)) }
      blocks.append(.table(Self.facts(information)))
      blocks.append(
        .details("All settings (pipeline.yaml)", [.code(information.configuration)]))
    }
    blocks.append(
      .paragraph(
        run.information == nil
          ? "To continue it:"
          : "To train, measure and draw it again, with the same store, software and workers:"))
    blocks.append(.code(Self.commands(run)))
    return ReportPage.Section("provenance", "What was trained, and how to do it again", blocks)
  }

  private static func splits(_ data: DataSummary) -> ReportTable {
    var table = ReportTable(
      ["Side", "Groups", "Real videos", "Fake videos", "Real crops", "Fake crops"])
    for side in [DatasetSplit.train, .validation, .test] {
      guard let counts = data.splits[side.rawValue] else { continue }
      table.append(
        [Markup(text: side == .train ? "training" : side.rawValue)]
          + [
            counts.groups, counts.realVideos, counts.fakeVideos, counts.realCrops, counts.fakeCrops,
          ].map { Markup(text: NumberText.count($0)) })
    }
    return table
  }

  private static func facts(_ information: TrainingInformation) -> ReportTable {
    var table = ReportTable(["", ""])
    func row(_ name: Markup, _ value: String) { table.append([name, Markup(text: value)]) }
    let data = information.data
    let geometry = data.geometry
    row("Store", data.store)
    row("Content", "fingerprint \(data.fingerprint)")
    if data.failedVideos > 0 {
      row("Left out", ReportText.counted(data.failedVideos, "video") + " without a result")
    }
    row("Crops", "\(geometry)")
    let provenance = information.model.provenance
    row("Weights", "epoch \(provenance.epoch), step \(provenance.step)")
    row("Training time", duration(information.trainedSeconds))
    row("Ended by", information.ending.map(ending) ?? "the time limit, or not ended yet")
    row("Software", information.software)
    let hardware = information.hardware
    row(
      "Machine",
      "\(hardware.processor), \(ReportText.counted(hardware.cores, "core")), "
        + "\(NumberText.count(hardware.memoryMebibytes)) MiB, \(hardware.system)")
    if let workers = information.workers { row("Workers", "\(workers)") }
    return table
  }

  private static func ending(_ name: String) -> String {
    switch name {
    case TrainingProgress.Ending.allEpochs.rawValue: "all epochs done"
    case TrainingProgress.Ending.patience.rawValue: "patience: no better validation"
    default: name
    }
  }

  private static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    let whole = Int(seconds.rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    if hours > 0 { return "\(hours) h \(minutes) min" }
    return minutes > 0 ? "\(minutes) min \(whole % 60) s" : "\(whole) s"
  }

  /// Commands to type, with the original paths.
  package static func commands(_ run: RecordedRun) -> String {
    let folder = run.files.path
    func line(_ words: String...) -> String {
      "trainer " + words.map(\.shellWord).joined(separator: " ")
    }
    guard let information = run.information else {
      return line("train", run.files.pipeline, "--run", folder)
    }
    let store = information.data.store
    var train = line(
      "train", run.files.pipeline, "--store", store, "--run", folder + "-again")
    if let workers = information.workers { train += " --workers \(workers)" }
    return [
      train, line("evaluate", "--model", run.files.model, "--store", store),
      line("report", folder, "--store", store),
    ].joined(separator: "\n")
  }
}
