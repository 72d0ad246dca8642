/// A table of a report. Cells are markup, so they may contain links to definitions.
package struct ReportTable: Sendable, Equatable {
  /// Titles of the columns; the first column holds the names of the rows. If all titles are empty,
  /// the table has no header.
  package var header: [Markup]
  /// The rows, with one cell per column.
  package private(set) var rows: [[Markup]] = []
  /// Title above the table; may be empty.
  package var caption: String

  package init(_ header: [Markup], caption: String = "") {
    self.header = header
    self.caption = caption
  }

  package mutating func append(_ row: [Markup]) {
    precondition(row.count == header.count, "a row has a cell for each column")
    rows.append(row)
  }

  var markup: Markup {
    var markup: Markup = "<div class=\"scroll\"><table>"
    if !caption.isEmpty { markup += "<caption>\(caption)</caption>" }
    // A table of names and values needs no header.
    if header.contains(where: { !$0.isEmpty }) {
      markup += "<thead><tr>"
      for cell in header { markup += "<th scope=\"col\">\(cell)</th>" }
      markup += "</tr></thead>"
    }
    markup += "<tbody>"
    for row in rows {
      markup += "<tr>"
      for (column, cell) in row.enumerated() {
        markup += column == 0 ? "<th scope=\"row\">\(cell)</th>" : "<td>\(cell)</td>"
      }
      markup += "</tr>"
    }
    return markup + "</tbody></table></div>"
  }
}
