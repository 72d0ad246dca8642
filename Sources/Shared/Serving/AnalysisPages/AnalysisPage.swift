package import Analyses
internal import Contract
internal import Reporting

/// The page of one analysis: its progress, or the answer with the evidence for it.
package struct AnalysisPage: Sendable {
  package var analysis: Analysis
  /// Position in the queue, 1 for the next one; nil unless the analysis is queued.
  package var position: Int?
  /// Progress of the worker; nil if unknown.
  package var progress: AnalysisProgress?
  /// The current model of the server.
  package var model: ModelDescription
  /// Whether there is a session that the user can end.
  package var isLoggedIn: Bool

  /// Largest number of faces with drawings and pictures; tables show all.
  static let mostFaces = 8

  package init(
    analysis: Analysis, position: Int?, progress: AnalysisProgress?, model: ModelDescription,
    isLoggedIn: Bool
  ) {
    self.analysis = analysis
    self.position = position
    self.progress = progress
    self.model = model
    self.isLoggedIn = isLoggedIn
  }

  package var html: String {
    // Without the script, the page is reloaded until there is an answer.
    let refresh: Markup =
      analysis.isEnded
      ? "" : "<noscript><meta http-equiv=\"refresh\" content=\"2\"/></noscript>"
    let preview = analysis.result?.media.preview.rawValue ?? ""
    return PageDocument(
      title: "\(outcomeText): \(analysis.name)", isLoggedIn: isLoggedIn, head: refresh,
      attributes: """
         data-page="analysis" data-analysis="\(id)" data-state="\(analysis.state.rawValue)" \
        data-preview="\(preview)" data-summary="\(outcomeText)"
        """,
      main: """
        <nav class="trail" aria-label="Way back"><a href="/">\(PageIcon.back)All analyses</a></nav>\
        <div class="title"><h1 title="\(analysis.name)">\(analysis.name)</h1><p class="subtitle">\(subtitle)</p></div>\(content)
        """,
      rest: DeleteForm.dialog
    ).html
  }

  /// The identifier of the analysis in addresses.
  var id: String { analysis.id.description }

  /// The answer in a few words, for titles and screen readers.
  private var outcomeText: String {
    let outcome = Outcome(analysis)
    guard let probability = analysis.result?.finding.probability, analysis.state == .done else {
      return outcome.word
    }
    return "\(outcome.word), \(outcome.chance(probability))"
  }

  private var content: Markup {
    switch analysis.state {
    case .queued, .running: waiting
    case .failed: failure
    case .done:
      if let result = analysis.result, let verdict = result.finding.verdict {
        answer(result, verdict)
      } else {
        failure
      }
    }
  }

  private func answer(_ result: AnalysisResult, _ verdict: VideoVerdict) -> Markup {
    let notes = ModelNotes(result.model, current: model)
    return """
      <div class="answer">\(self.verdict(result, verdict, notes))\(stage(result))\(actions)</div>\
      \(timelines(result))\(pictures(result))\(faces(result))\
      <section aria-labelledby="model-title"><h2 id="model-title">The model</h2>\(notes.details)\
      </section>
      """
  }

  private var subtitle: Markup {
    var parts: [Markup] = []
    if let video = analysis.result?.finding.video {
      parts.append("\(video.width) × \(video.height) pixels")
      if let seconds = video.seconds { parts.append("\(PageText.moment(seconds))") }
      if video.frames > 1 {
        parts.append(
          "\(PageText.counted(video.frames, "picture")), \(NumberText.count(video.framesLookedAt)) looked at"
        )
      }
    }
    parts.append("\(PageText.bytes(analysis.bytes))")
    parts.append(PageTime.markup(analysis.created))
    return parts.enumerated().map { $0 == 0 ? $1 : " · " + $1 }.joined()
  }

  /// Downloads, and the button that deletes.
  var actions: Markup {
    let base = "/api/analyses/\(id)"
    return """
      <section class="actions" aria-labelledby="actions-title">\
      <h2 id="actions-title" class="unseen">Download or delete</h2>\
      <div class="downloads">\
      <a id="download-report" class="button" href="\(base)/report" download="">HTML report</a>\
      <a id="download-csv" class="button" href="\(base)/table" download="">CSV table</a>\
      <a id="download-json" class="button" href="\(base)/finding" download="">JSON data</a></div>\
      \(deletion)</section>
      """
  }

  /// The button that deletes, with the time of automatic deletion.
  var deletion: Markup {
    let expiry: Markup =
      analysis.expires.map { time -> Markup in
        "<p class=\"hint\">Kept until \(PageTime.markup(time))</p>"
      } ?? ""
    return DeleteForm.markup(analysis, label: "Delete") + expiry
  }
}
