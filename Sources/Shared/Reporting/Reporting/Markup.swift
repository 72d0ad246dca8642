/// A piece of HTML or SVG. A literal is markup; text interpolated into it is escaped, so that a
/// name from outside can't become an element.
///
/// ```swift
/// let name = "<script>"
/// let cell: Markup = "<td>\(name)</td>"  // <td>&lt;script&gt;</td>
/// ```
///
/// Text may be interpolated between tags and inside quoted attribute values, nowhere else.
package struct Markup: Sendable, Equatable, ExpressibleByStringInterpolation {
  /// The markup as text.
  package private(set) var source: String

  /// Empty markup.
  package init() { source = "" }

  /// Text from anywhere, escaped.
  package init(text: String) { source = Self.escaped(text) }

  /// Markup from this program's own text.
  package init(stringLiteral value: String) { source = value }

  package init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

  package static func += (left: inout Markup, right: Markup) { left.source += right.source }

  package static func + (left: Markup, right: Markup) -> Markup {
    var sum = left
    sum += right
    return sum
  }

  package var isEmpty: Bool { source.isEmpty }

  /// The text escaped for elements and quoted attributes of XML and HTML. Characters that XML
  /// doesn't allow, mostly control characters, become U+FFFD.
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

  /// Whether a scalar is a `Char` of XML 1.0 and doesn't change the direction of the text after it.
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

    package init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { source += literal }

    /// Text, which is escaped.
    package mutating func appendInterpolation(_ text: String) { source += Markup.escaped(text) }

    package mutating func appendInterpolation(_ number: Int) { source += String(number) }

    /// Markup, unchanged.
    package mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    /// A coordinate of a drawing, with two decimals at most.
    mutating func appendInterpolation(at coordinate: Double) {
      source += NumberText.coordinate(coordinate)
    }
  }
}

extension Sequence<Markup> {
  /// The pieces in order.
  package func joined() -> Markup { reduce(into: Markup()) { $0 += $1 } }
}
