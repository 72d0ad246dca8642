/// A table of a report. Cells are markup: links to definitions may stand in them.
package struct ReportTable: Sendable, Equatable {
  /// What the columns are; the first one names the rows.
  package var header: [Markup]
  /// The rows, each with a cell per column.
  package private(set) var rows: [[Markup]] = []
  /// What the table shows, read out before it; may be empty.
  package var caption: String

  /// Creates an empty table.
  package init(_ header: [Markup], caption: String = "") {
    self.header = header
    self.caption = caption
  }

  /// Adds a row.
  package mutating func append(_ row: [Markup]) {
    precondition(row.count == header.count, "a row has a cell for each column")
    rows.append(row)
  }

  var markup: Markup {
    var markup: Markup = "<div class=\"scroll\"><table>"
    if !caption.isEmpty { markup += "<caption>\(caption)</caption>" }
    // A table of names and values explains itself.
    if header.contains(where: { !$0.isEmpty }) {
      markup += "<thead><tr>"
      for cell in header { markup += "<th scope=\"col\">\(cell)</th>" }
      markup += "</tr></thead>"
    }
    markup += "<tbody>"
    for row in rows {
      markup += "<tr>"
      for (place, cell) in row.enumerated() {
        markup += place == 0 ? "<th scope=\"row\">\(cell)</th>" : "<td>\(cell)</td>"
      }
      markup += "</tr>"
    }
    return markup + "</tbody></table></div>"
  }
}
