internal import Analyses
internal import Contract
internal import Reporting

extension AnalysisPage {
  /// A table of all faces.
  func faces(_ result: AnalysisResult) -> Markup {
    let faces = result.finding.faces
    guard !faces.isEmpty else { return Markup() }
    let columns = ["Answer", "Pictures", "Seen", "Size", "Blur", "Brightness"]
    let header = columns.map { column -> Markup in "<th scope=\"col\">\(column)</th>" }
    let rows = faces.map { face in row(face, columns) }
    let count = result.finding.video.map { video -> Markup in
      """
      <p>\(PageText.counted(video.framesLookedAt, "picture")) looked at, \(video.framesWithFace) with a \
      face, \(video.framesJudged) judged.</p>
      """
    }
    return """
      <section id="faces" aria-labelledby="faces-title"><h2 id="faces-title">Faces</h2>\
      \(count ?? Markup())\
      <table class="faces"><thead><tr><th scope="col">Face</th>\(header.joined())</tr></thead>\
      <tbody>\(rows.joined())</tbody></table>\
      <p class="hint">Size: median of the shorter side in the picture. Blur: from −8, sharp, to −1, \
      blurred. Brightness: from 0, black, to 255, white.</p></section>
      """
  }

  private func row(_ face: VideoFinding.Face, _ columns: [String]) -> Markup {
    let doubts = face.doubts.map { doubt -> Markup in
      "<small data-doubt=\"\(doubt.code.rawValue)\">\(ModelNotes.sentence(doubt.text))</small>"
    }
    let cells: [Markup] = [
      Outcome(face.verdict).badge(face.probability) + doubts.joined(),
      "\(face.frames.count)", Self.span(face),
      "\(NumberText.decimals(face.sizePixels, 0)) px", "\(NumberText.decimals(face.blur, 1))",
      "\(NumberText.decimals(face.brightness, 0))",
    ]
    // On a narrow screen each cell has its own line, after the name of its column.
    let data = zip(columns, cells).map { column, cell -> Markup in
      "<td data-column=\"\(column)\">\(cell)</td>"
    }
    return """
      <tr data-track="\(face.track)"><th scope="row">Face \(PageText.ordinal(face.track))</th>\(data.joined())</tr>
      """
  }

  private static func span(_ face: VideoFinding.Face) -> Markup {
    let seconds = face.frames.compactMap(\.seconds)
    guard let first = seconds.min(), let last = seconds.max() else { return "–" }
    return "\(PageText.moment(first)) – \(PageText.moment(last))"
  }
}
