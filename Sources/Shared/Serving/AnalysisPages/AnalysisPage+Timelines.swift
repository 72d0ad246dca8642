internal import Analyses
internal import Contract
internal import Reporting

extension AnalysisPage {
  /// The probability of each face over time.
  func timelines(_ result: AnalysisResult) -> Markup {
    guard result.media.kind == .video else { return Markup() }
    let isReady = result.media.preview == .ready
    let faces = result.finding.faces
    let plots = faces.prefix(Self.mostFaces).compactMap { face in
      Timeline(
        face: face, video: result.finding.video, model: result.model,
        address: isReady ? "/api/analyses/\(id)/video" : nil)
    }
    guard !plots.isEmpty else { return Markup() }
    let rest = faces.count - Self.mostFaces
    let more: Markup =
      rest > 0 ? "<p class=\"hint\">\(PageText.counted(rest, "face")) more are not drawn.</p>" : ""
    let limits: Markup =
      result.model.lowerBound < result.model.upperBound
      ? "In the grey band it leans to neither." : "Above the dashed line it leans to manipulated."
    let hint: Markup =
      isReady ? " <span class=\"scripted\">Choose a point to see its picture.</span>" : ""
    return """
      <section id="timelines" aria-labelledby="timelines-title">\
      <h2 id="timelines-title">Over time</h2>\
      <p>The probability that the network gives each judged picture. \(limits) Single pictures vary; the \
      answer rests on all of them.\(hint)</p>\
      \(plots.map(\.markup).joined())\(more)</section>
      """
  }
}
