internal import Contract
internal import Imaging
internal import ModelFiles
package import Prediction
package import Reporting
internal import Terminal

/// The answer to one video as a page: verdict, faces over time, decisive pictures, model.
package struct VideoReport {
  let finding: VideoFinding
  let judged: JudgedVideo
  let evidence: VideoEvidence
  let model: DetectorModel
  /// Date on which the model file was written; nil if unknown.
  let modelDate: String?

  /// Largest number of faces with a drawing.
  static let mostDrawings = 8

  /// - Parameter modelDate: Date on which the model file was written; nil if unknown.
  package init(
    _ judged: JudgedVideo, _ evidence: VideoEvidence, model: DetectorModel, modelDate: String?
  ) {
    finding = judged.finding
    self.judged = judged
    self.evidence = evidence
    self.model = model
    self.modelDate = modelDate
  }

  package func page() throws -> ReportPage {
    ReportPage(
      title: name, subtitle: subtitle, verdicts: [verdict], keyNumbers: keyNumbers,
      sections: [faces, timelines, try pictures(), about, limits].compactMap(\.self),
      footer:
        "Written by detector \(softwareVersion). One file: nothing is fetched, no script runs.")
  }

  /// Name of the file, without folders.
  private var name: String {
    finding.input.split(separator: "/").last.map(String.init) ?? finding.input
  }

  private var subtitle: String {
    guard let video = finding.video else { return "" }
    let length = video.seconds.map { "\(NumberText.decimals($0, 1)) seconds, " } ?? ""
    return "\(video.width) × \(video.height) pixels, \(length)"
      + "\(VideoReportText.counted(video.frames, "picture")), \(video.framesLookedAt) of them looked at."
  }

  // MARK: Verdict

  private var verdict: ReportPage.Verdict {
    let chance =
      "The calibrated probability that it is manipulated is "
      + NumberText.percent(finding.probability, decimals: 0) + ". "
    var text = Markup()
    switch finding.verdict {
    case .fake:
      text +=
        "\(chance)That is above \(threshold), the model's threshold for manipulated videos."
      return .init(tone(.bad), "Manipulated" + bySuchAModel, text + remarks)
    case .real:
      text += """
        \(chance)That is below \(threshold), the model's threshold for manipulated videos: it \
        found none of the traces that it knows.
        """
      return .init(tone(.good), "Real" + bySuchAModel, text + remarks)
    case .cannotTell, nil:
      text += Markup(
        text: "It can't be told: "
          + finding.doubts.map(\.text).joined(separator: "; ") + ".")
      return .init(.doubtful, "Cannot tell", text + remarks)
    }
  }

  /// The tone; always doubtful if the model isn't known to be sound.
  private func tone(_ tone: ReportPage.Tone) -> ReportPage.Tone {
    model.caution == nil ? tone : .doubtful
  }

  private var bySuchAModel: String {
    model.caution == nil ? "" : ", says a model that isn't known to be sound"
  }

  private var threshold: String {
    NumberText.percent(model.metadata.calibration.threshold, decimals: 0)
  }

  private var remarks: Markup {
    finding.remarks.map { remark -> Markup in "<br/>\(remark)" }.joined()
  }

  private var keyNumbers: [ReportPage.KeyNumber] {
    guard let video = finding.video else { return [] }
    let calibration = model.metadata.calibration
    let bounds =
      calibration.lowerBound < calibration.upperBound
      ? "can't tell from \(NumberText.percent(calibration.lowerBound, decimals: 0)) to "
        + NumberText.percent(calibration.upperBound, decimals: 0)
      : "manipulated above \(threshold)"
    return [
      .init(
        "Probability of fake", NumberText.percent(finding.probability, decimals: 0), note: bounds),
      .init("Faces", "\(finding.faces.count)", note: "followed over the video"),
      .init(
        "Pictures with a face", "\(video.framesWithFace)",
        note: "of \(video.framesLookedAt) looked at"),
    ]
  }

  // MARK: Faces

  private var faces: ReportPage.Section? {
    guard !finding.faces.isEmpty else { return nil }
    var table = ReportTable(["Face", "Verdict", "Fake", "Pictures", "From, to", "Size"])
    for face in finding.faces {
      let seconds = face.frames.compactMap(\.seconds)
      let span =
        seconds.first.map {
          "\(NumberText.decimals($0, 1))–\(NumberText.decimals(seconds.last, 1)) s"
        } ?? "–"
      table.append([
        "\(face.track + 1)", Self.word(face.verdict),
        Markup(text: NumberText.percent(face.probability, decimals: 0)),
        "\(face.frames.count)", Markup(text: span),
        Markup(text: NumberText.decimals(face.sizePixels, 0) + " px"),
      ])
    }
    var blocks: [ReportPage.Block] = [.table(table)]
    for face in finding.faces where !face.doubts.isEmpty {
      blocks.append(
        .note(
          Markup(
            text: "Face \(face.track + 1): "
              + face.doubts.map(\.text).joined(separator: "; ") + ".")))
    }
    return ReportPage.Section("faces", "Faces", blocks)
  }

  static func word(_ verdict: VideoVerdict) -> Markup {
    switch verdict {
    case .real: "<b class=\"real\">real</b>"
    case .fake: "<b class=\"fake\">manipulated</b>"
    case .cannotTell: "cannot tell"
    }
  }

  /// The probability of each face over time.
  private var timelines: ReportPage.Section? {
    let drawings = finding.faces.prefix(Self.mostDrawings).compactMap(timeline)
    guard !drawings.isEmpty else { return nil }
    let rest = finding.faces.count - Self.mostDrawings
    var blocks: [ReportPage.Block] = [
      .paragraph(
        """
        What the network says of each picture: above the dashed line it leans to manipulated. Single \
        pictures vary; the verdict rests on all of them.
        """),
      .figures(drawings.map { ReportPage.Figure($0, caption: Markup()) }),
    ]
    if rest > 0 {
      blocks.append(.note("\(VideoReportText.counted(rest, "face")) more are not drawn."))
    }
    return ReportPage.Section("timeline", "Over time", blocks)
  }

  private func timeline(_ face: VideoFinding.Face) -> Drawing? {
    let calibration = model.metadata.calibration
    let isTimed = face.frames.allSatisfy { $0.seconds != nil }
    let points = face.frames.compactMap { frame in
      frame.probability.map {
        (x: isTimed ? frame.seconds ?? 0 : Double(frame.frame), y: $0)
      }
    }
    guard points.count > 1 else { return nil }
    let end = finding.video?.seconds ?? points.last?.x ?? 1
    let strongest = points.max { $0.y < $1.y }
    var plot = LinePlot(
      name: "face-\(face.track + 1)", title: "Face \(face.track + 1)",
      summary: "Probability of fake of \(points.count) pictures; the highest is "
        + "\(NumberText.decimals(strongest?.y, 2)) at \(NumberText.decimals(strongest?.x, 1)).",
      x: isTimed
        ? PlotAxis("seconds", range: 0...max(end, 0.1)) : PlotAxis("picture", numbers: .whole),
      y: PlotAxis("probability of fake", numbers: .percent, range: 0...1),
      lines: [
        LinePlot.Line(
          "", points, colour: face.verdict == .fake ? .fake : .real, hasMarks: points.count <= 100)
      ])
    let levels = Set([calibration.lowerBound, calibration.threshold, calibration.upperBound])
    plot.guides = levels.sorted().map { .horizontal($0) }
    return plot.drawing
  }
}

enum VideoReportText {
  /// "1 picture", "2 pictures".
  static func counted(_ count: Int, _ noun: String) -> String {
    NumberText.count(count) + " " + noun + (count == 1 ? "" : "s")
  }
}
