internal import Files

/// The content of one cell of a metrics table.
package enum MetricsValue: Sendable, Equatable {
  /// A whole number, in decimal digits.
  case integer(Int)
  /// A number in the shortest form that reads back as the same `Double`. Numbers that aren't finite
  /// are written as `nan`, `inf` and `-inf`, which Python, NumPy and pandas read.
  case number(Double)
  /// A number in the shortest form that reads back as the same `Float`.
  case float(Float)
  /// Text, in quotes if CSV requires them.
  case text(String)

  /// The cell's text in the file.
  var csv: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): value.description
    case .float(let value): value.description
    case .text(let text): CSVTable.quoted(text)
    }
  }
}
