internal import Analyses
internal import Reporting

/// The form that deletes an analysis; the script asks for confirmation first.
enum DeleteForm {
  /// A form with one button.
  ///
  /// - Parameter label: Text of the button; nil for an icon, which screen readers read as "Delete"
  ///   with the file's name.
  static func markup(_ analysis: Analysis, label: String?, name: Markup = "delete-form") -> Markup {
    let button: Markup
    if let label {
      button = """
        <button id="delete" class="danger" type="submit">\(PageIcon.delete)\(label)</button>
        """
    } else {
      button = """
        <button class="bare" type="submit" aria-label="\("Delete \(analysis.name)")" \
        title="Delete">\(PageIcon.delete)</button>
        """
    }
    return """
      <form class="\(name)" method="post" action="/analyses/\(analysis.id.description)/delete" \
      data-confirm="\(analysis.name)">\(button)</form>
      """
  }

  /// The script's dialog for the confirmation, once per page.
  static let dialog: Markup = """
    <dialog id="delete-dialog" aria-labelledby="delete-title" aria-describedby="delete-name">\
    <h2 id="delete-title">Delete this analysis?</h2>\
    <p id="delete-name"></p><p>The file, its answer and its pictures are removed from the server. \
    That can’t be undone.</p>\
    <form method="dialog"><button value="keep" autofocus="">Keep it</button>\
    <button id="delete-confirm" class="danger" value="delete">Delete</button></form></dialog>
    """
}
