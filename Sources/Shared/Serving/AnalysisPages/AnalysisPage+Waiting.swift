internal import Analyses
internal import Contract
internal import Reporting

extension AnalysisPage {
  /// Content of the page until there is an answer. The script finds the steps by their names.
  var waiting: Markup {
    let steps: [(name: String, text: String)] = [
      ("queued", "Waiting for its turn"), ("reading", "Reading the file and finding faces"),
      ("judging", "Judging the faces"),
    ]
    let current = analysis.state == .queued ? "queued" : stageName
    let currentIndex = steps.firstIndex { $0.name == current } ?? 0
    let items = steps.enumerated().map { index, step -> Markup in
      let mark: Markup =
        index == currentIndex
        ? " aria-current=\"step\"" : index < currentIndex ? " class=\"past\"" : ""
      return "<li data-step=\"\(step.name)\"\(mark)>\(step.text)</li>"
    }
    let share = progress?.share.map { ProbabilityScale.share($0) }
    let value: Markup =
      current == "queued" ? "" : share.map { " value=\"\(NumberText.decimals($0, 3))\"" } ?? ""
    return """
      <section class="card" id="waiting" aria-labelledby="waiting-title">\
      <h2 id="waiting-title" class="unseen">Progress</h2>\
      <p id="status" role="status">\(statusText(steps[currentIndex].text))</p>\
      <progress id="progress" max="1" aria-label="Progress of this step"\(value)></progress>\
      <ol class="steps">\(items.joined())</ol>\
      <p class="hint">You may close this page: the answer will be here.</p></section>\
      <section class="actions" aria-label="Delete">\(deletion)</section>
      """
  }

  /// The name of the worker's stage, as in events.
  private var stageName: String {
    switch progress?.stage {
    case .judging, .preview: "judging"
    case .reading, nil: "reading"
    }
  }

  private func statusText(_ step: String) -> String {
    guard analysis.state == .queued, let position, position > 0 else { return step }
    return position == 1 ? "\(step): it is the next" : "\(step): number \(position) in the queue"
  }

  /// Why there is no answer, and what to try.
  var failure: Markup {
    let reason =
      analysis.failure?.message ?? analysis.result?.finding.error ?? "the reason isn't known"
    return """
      <section id="failure" class="verdict failed" aria-labelledby="failure-title" \
      data-failure="\(analysis.failure?.code.rawValue ?? "")">\
      <h2 id="failure-title">\(PageIcon.failed)Failed</h2>\
      <p class="reason">\(ModelNotes.sentence(reason))</p>\
      <p><strong>What to try:</strong> \(advice)</p>\
      <p><a class="button" href="/">Upload another file</a></p></section>\
      <section class="actions" aria-label="Delete">\(deletion)</section>
      """
  }

  private var advice: String {
    switch analysis.failure?.code {
    case .unreadable:
      "see whether the file plays or opens on your own machine. If it does, save it again as MP4 or JPEG."
    case .timeLimit: "upload a shorter piece of the video."
    case .resourceLimit: "upload a shorter piece, or one with a smaller picture."
    case .workerLost: "upload it once more. If it fails again, something in the file is the reason."
    case .diskFull:
      "delete analyses that are no longer needed, or ask the operator of the server; then "
        + "upload it again."
    case nil: "upload it once more."
    }
  }
}
