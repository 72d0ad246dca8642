internal import Analyses
internal import Contract
internal import Reporting

extension AnalysisPage {
  /// Width of the placeholder's drawing area, in pixels of the page.
  private static let playerWidth = 1120

  /// The video or picture, with a canvas over it that the script draws on.
  func stage(_ result: AnalysisResult) -> Markup {
    let isPicture = result.media.kind == .picture
    let name: Markup = isPicture ? "The picture" : "The video"
    let isReady = result.media.preview == .ready
    return """
      <section id="stage" class="stage" aria-labelledby="stage-title">\
      <h2 id="stage-title" class="unseen">\(name)</h2>\
      <div id="player" data-preview="\(result.media.preview.rawValue)">\(sizer(result))\
      \(isReady ? player(result) : placeholder(result))</div>\
      \(isReady ? toolbar(result) : Markup())</section>
      """
  }

  /// Reserves the space of the player before the video is loaded: full width, in
  /// the video's aspect ratio.
  private func sizer(_ result: AnalysisResult) -> Markup {
    let width = min(max(result.finding.video?.width ?? 16, 1), 100_000)
    let height = min(max(result.finding.video?.height ?? 9, 1), 100_000)
    let shownHeight = max(Self.playerWidth * height / width, 1)
    return """
      <svg class="sizer" width="\(Self.playerWidth)" height="\(shownHeight)" \
      viewBox="0 0 \(width) \(height)" aria-hidden="true"></svg>
      """
  }

  private func player(_ result: AnalysisResult) -> Markup {
    let address = "/api/analyses/\(id)/video"
    let media: Markup
    if result.media.kind == .picture {
      media = "<img id=\"picture\" src=\"\(address)\" alt=\"\("The picture \(analysis.name)")\"/>"
    } else {
      media = """
        <video id="video" src="\(address)" controls="" playsinline="" preload="metadata" \
        aria-label="\("The video \(analysis.name)")"></video>
        """
    }
    return media + """
      <canvas id="overlay" aria-hidden="true"></canvas>\
      <div id="player-message" class="message" hidden=""><p>This browser can’t play the video. The \
      report shows the pictures that decided.</p></div>
      """
  }

  private func placeholder(_ result: AnalysisResult) -> Markup {
    guard result.media.preview == .making else {
      return """
        <div class="message">\(PageIcon.film)<p>No preview that browsers play could be made. The \
        answer doesn’t depend on it.</p></div>
        """
    }
    let share = progress?.stage == .preview ? progress?.share : nil
    let value: Markup =
      share.map { share -> Markup in
        " value=\"\(NumberText.decimals(ProbabilityScale.share(share), 3))\""
      } ?? ""
    return """
      <div class="message">\(PageIcon.film)<p>A preview that browsers play is being made. The answer is \
      final.</p><progress id="preview-progress" max="1" aria-label="Making the preview"\(value)>\
      </progress><noscript><p>Load the page again to see it.</p></noscript></div>
      """
  }

  private func toolbar(_ result: AnalysisResult) -> Markup {
    let hasHeat = result.crops.contains { $0.heat != nil && $0.transform != nil }
    let hasBoxes = result.finding.faces.contains { !$0.frames.isEmpty }
    let boxes: Markup =
      hasBoxes
      ? """
      <button id="boxes-toggle" type="button" class="toggle" aria-pressed="true">Boxes</button>
      """ : ""
    let heat: Markup =
      hasHeat
      ? """
      <button id="heat-toggle" type="button" class="toggle" aria-pressed="false">Heat map</button>
      """ : ""
    let original: Markup =
      result.media.isOriginal || result.media.kind == .picture
      ? "" : "<p class=\"hint\">This is a preview. The original was judged.</p>"
    return """
      <div class="toolbar scripted">\(boxes)\(heat)\
      <button id="fullscreen" type="button">Full screen</button></div>\
      \(hasHeat ? Self.heatKey : Markup())\(original)
      """
  }

  /// The legend of heat maps.
  static let heatKey: Markup = """
    <p class="heat-key hint"><span>speaks for real</span> \
    <span class="key" aria-hidden="true"></span> <span>for manipulated</span></p>
    """
}
