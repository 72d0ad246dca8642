package import Analyses
internal import Reporting

/// The first page: where files are given, and what became of those that were.
package struct HomePage: Sendable {
  /// What the list shows, newest first.
  package var analyses: [Analysis]
  /// Which analyses those are.
  package var filter: HistoryFilter
  /// The model that answers.
  package var model: ModelDescription
  /// What the server takes, and for how long.
  package var limits: Limits
  /// Whether there is a session that can be ended.
  package var isLoggedIn: Bool

  /// What the server takes, and for how long it keeps it.
  package struct Limits: Sendable, Equatable {
    /// Most bytes of a file.
    package var maximumBytes: Int
    /// How long results are kept, in seconds; nil for as long as nobody deletes them.
    package var keptSeconds: Double?

    package init(maximumBytes: Int, keptSeconds: Double?) {
      self.maximumBytes = maximumBytes
      self.keptSeconds = keptSeconds
    }
  }

  package init(
    analyses: [Analysis], filter: HistoryFilter, model: ModelDescription, limits: Limits,
    isLoggedIn: Bool
  ) {
    self.analyses = analyses
    self.filter = filter
    self.model = model
    self.limits = limits
    self.isLoggedIn = isLoggedIn
  }

  /// The page as a browser gets it.
  package var html: String {
    let notes = ModelNotes(model)
    return PageDocument(
      title: nil, isLoggedIn: isLoggedIn, attributes: " data-page=\"home\"",
      main: """
        <div class="intro"><h1>Real or manipulated?</h1><p class="lead">Upload videos or pictures that show \
        faces. You get an answer, its probability, and what it rests on.</p></div>\
        \(notes.warning)\(upload)\(history)\
        <section aria-labelledby="model-title"><h2 id="model-title">About</h2>\(notes.details)</section>
        """,
      rest: DeleteForm.dialog + Self.templates
    ).html
  }

  private var upload: Markup {
    let kept =
      limits.keptSeconds.map { "deleted after \(PageText.duration($0))" }
      ?? "kept until you delete them"
    return """
      <form id="upload-form" method="post" action="/analyses" enctype="multipart/form-data">\
      <div id="drop-zone">\(PageIcon.upload)\
      <label for="file-input">Drop videos or pictures here, or choose them</label>\
      <input id="file-input" name="file" type="file" multiple="" required="" \
      accept="video/*,image/*" aria-describedby="upload-hint" \
      data-max-bytes="\(limits.maximumBytes)"/>\
      <button id="upload-button" class="primary" type="submit">Analyse</button>\
      <p id="upload-hint">Up to \(PageText.bytes(limits.maximumBytes)) each. Files stay on this server: \
      \(kept).</p></div></form>\
      <section id="uploads-section" aria-labelledby="uploads-title" hidden="">\
      <h2 id="uploads-title">Uploads</h2><ul id="uploads"></ul></section>
      """
  }

  /// What the script makes lines of: markup is written in one place.
  private static let templates: Markup = """
    <template id="outcomes">\(Outcome.allCases.map { $0.badge() }.joined())</template>\
    <template id="upload-template"><li class="upload"><span class="name"></span>\
    <span class="status"></span><progress max="1" value="0"></progress>\
    <button class="cancel quiet" type="button">Cancel</button></li></template>
    """
}
