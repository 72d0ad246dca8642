package import Analyses
internal import Reporting

/// The first page: the upload form and the list of analyses.
package struct HomePage: Sendable {
  /// The analyses in the list, newest first.
  package var analyses: [Analysis]
  /// The filter of the list.
  package var filter: HistoryFilter
  package var model: ModelDescription
  package var limits: Limits
  /// Whether there is a session that the user can end.
  package var isLoggedIn: Bool

  /// Largest size of uploads, and how long they are kept.
  package struct Limits: Sendable, Equatable {
    /// Largest size of a file in bytes.
    package var maximumBytes: Int
    /// Seconds after which results are deleted; nil keeps them until a user deletes them.
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

  /// Templates for the script, so that all markup is in this module.
  private static let templates: Markup = """
    <template id="outcomes">\(Outcome.allCases.map { $0.badge() }.joined())</template>\
    <template id="upload-template"><li class="upload"><span class="name"></span>\
    <span class="status"></span><progress max="1" value="0"></progress>\
    <button class="cancel quiet" type="button">Cancel</button></li></template>
    """
}
