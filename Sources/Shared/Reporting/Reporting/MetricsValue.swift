/// What stands in one cell of a metrics table.
public enum MetricsValue: Sendable, Equatable {
  /// A whole number, in decimal digits.
  case integer(Int)
  /// A number in the shortest form that reads back as the same `Double`; `nan`, `inf` and `-inf`,
  /// which Python, NumPy and pandas read, where it isn't finite.
  case number(Double)
  /// A number in the shortest form that reads back as the same `Float`.
  case float(Float)
  /// Text, in quotes where it needs some.
  case text(String)

  /// The cell as it stands in the file.
  var csv: String {
    switch self {
    case .integer(let value): String(value)
    case .number(let value): value.description
    case .float(let value): value.description
    case .text(let text): quotedCSV(text)
    }
  }
}

/// A cell by RFC 4180: in quotes where it holds a comma, a quote or a line break. Empty text is
/// quoted as well: a cell without anything means that nothing was measured.
func quotedCSV(_ text: String) -> String {
  let special: [Unicode.Scalar] = [",", "\"", "\n", "\r"]
  let isPlain = !text.isEmpty && !text.unicodeScalars.contains { special.contains($0) }
  guard !isPlain else { return text }
  // By scalar: to Swift, CR LF and a quote with an accent are characters of their own.
  var quoted = "\""
  for scalar in text.unicodeScalars {
    if scalar == "\"" { quoted += "\"" }
    quoted.unicodeScalars.append(scalar)
  }
  return quoted + "\""
}
