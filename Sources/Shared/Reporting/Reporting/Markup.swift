/// A piece of HTML or SVG. What is written out in a literal is markup; what is interpolated is text,
/// and escaped: a name from outside can't become an element.
///
/// ```swift
/// let name = "<script>"
/// let cell: Markup = "<td>\(name)</td>"  // <td>&lt;script&gt;</td>
/// ```
///
/// Interpolated text may stand between tags and inside quoted attribute values; nowhere else.
package struct Markup: Sendable, Equatable, ExpressibleByStringInterpolation {
  /// The markup as it stands in a file.
  package private(set) var source: String

  /// Nothing.
  package init() { source = "" }

  /// Text from anywhere, escaped.
  package init(text: String) { source = Self.escaped(text) }

  /// Markup from this program's own text.
  package init(stringLiteral value: String) { source = value }

  /// The parts of a literal, see the type.
  package init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

  /// Adds markup behind this one.
  package static func += (left: inout Markup, right: Markup) { left.source += right.source }

  /// One piece behind the other.
  package static func + (left: Markup, right: Markup) -> Markup {
    var sum = left
    sum += right
    return sum
  }

  /// Whether there is nothing.
  package var isEmpty: Bool { source.isEmpty }

  /// Text that XML and HTML read as this text, in elements and in quoted attributes. Characters that
  /// XML has no place for, control characters above all, become U+FFFD.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(isAllowed(scalar) ? scalar : "\u{FFFD}")
      }
    }
    return result
  }

  /// `Char` of XML 1.0, less what turns the direction of all text behind it.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: true
    case 0x202A...0x202E, 0x2066...0x2069: false
    case 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  /// Collects the parts of a literal.
  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    /// Makes room for a literal's parts.
    package init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    /// Markup that stands in the program.
    package mutating func appendLiteral(_ literal: String) { source += literal }

    /// Text; escaped.
    package mutating func appendInterpolation(_ text: String) { source += Markup.escaped(text) }

    /// A whole number.
    package mutating func appendInterpolation(_ number: Int) { source += String(number) }

    /// Markup, as it is.
    package mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    /// A coordinate of a drawing, with two decimals at most.
    mutating func appendInterpolation(at coordinate: Double) {
      source += NumberText.coordinate(coordinate)
    }
  }
}

extension Sequence<Markup> {
  /// One piece behind the other.
  package func joined() -> Markup { reduce(into: Markup()) { $0 += $1 } }
}
