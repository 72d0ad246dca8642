internal import PrintableText

/// A table of plain text: columns as wide as their widest cell, numbers to the right.
package struct TextTable: Sendable {
  /// Column titles.
  package var header: [String]

  /// Rows; each has as many cells as the header.
  package private(set) var rows: [[String]] = []

  package init(header: [String]) {
    self.header = header
  }

  /// Adds a row. Characters that a terminal would interpret are escaped, so that a cell stays on
  /// its line.
  ///
  /// - Precondition: as many cells as the header has.
  package mutating func append(_ cells: [String]) {
    precondition(cells.count == header.count, "a row has as many cells as the header")
    rows.append(cells.map(\.printable))
  }

  /// The table's lines: header, rule, rows.
  package func render() -> String {
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let isNumeric = header.indices.map { column in
      !rows.isEmpty
        && rows.allSatisfy { row in
          let cell = row[column]
          return cell.isEmpty || cell == "-" || cell.first?.isNumber == true
        }
    }
    func line(_ cells: [String]) -> String {
      var text = ""
      for (column, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        text += (column == 0 ? "" : "  ") + (isNumeric[column] ? padding + cell : cell + padding)
      }
      while text.last == " " { text.removeLast() }
      return text
    }
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
    return ([line(header), rule] + rows.map(line)).joined(separator: "\n")
  }
}
