package import Foundation

#if canImport(FoundationXML)
  package import FoundationXML
#endif

/// A document that an XML parser has read whole: its elements in order, with their attributes.
package final class XMLOutline: NSObject, XMLParserDelegate {
  /// An element of the document.
  package struct Element {
    /// The tag.
    package var name: String
    /// By name.
    package var attributes: [String: String]
    /// Position of the element around it; nil for the root.
    package var parent: Int?
  }

  /// The elements, each before those in it.
  package private(set) var elements: [Element] = []
  /// All text.
  package private(set) var text = ""
  private var open: [Int] = []

  /// Throws where the document is not well-formed.
  package init(_ source: String) throws {
    super.init()
    let parser = XMLParser(data: Data(source.utf8))
    parser.delegate = self
    guard parser.parse() else {
      throw Malformed(
        description: "line \(parser.lineNumber), column \(parser.columnNumber): "
          + "\(parser.parserError.map { "\($0)" } ?? "not well-formed")")
    }
  }

  /// Why a document is none.
  package struct Malformed: Error, CustomStringConvertible {
    /// Where, and what.
    package var description: String
  }

  /// The elements of a tag.
  package func elements(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// Whether an element has one of these tags in it, at any depth.
  package func has(_ names: Set<String>, within position: Int) -> Bool {
    elements.indices.contains { child in
      guard names.contains(elements[child].name) else { return false }
      var ancestor = elements[child].parent
      while let place = ancestor {
        if place == position { return true }
        ancestor = elements[place].parent
      }
      return false
    }
  }

  /// What a self-contained page must not have: scripts, anything fetched, links to nowhere, figures
  /// without content. A sentence each; none for a sound page.
  package var pageProblems: [String] {
    var problems = elements.filter { ["script", "iframe", "object", "embed"].contains($0.name) }
      .map { "an element \($0.name)" }
    let identifiers = elements.compactMap { $0.attributes["id"] }
    for (name, uses) in Dictionary(grouping: identifiers, by: \.self) where uses.count > 1 {
      problems.append("the identifier \(name) \(uses.count) times")
    }
    let targets = Set(identifiers)
    for element in elements {
      for (name, value) in element.attributes {
        if name.lowercased().hasPrefix("on") { problems.append("a handler \(name)") }
        if ["src", "href", "srcset", "data", "poster", "xlink:href"].contains(name) {
          let isAnchor = value.hasPrefix("#") && targets.contains(String(value.dropFirst()))
          if !isAnchor, !value.hasPrefix("data:") { problems.append("\(name)=\(value.prefix(80))") }
        }
        if name.hasPrefix("aria-labelledby") {
          for word in value.split(separator: " ") where !targets.contains(String(word)) {
            problems.append("\(name)=\(value)")
          }
        }
        if name == "style", value.contains("url(") { problems.append("style=\(value)") }
      }
    }
    for (place, element) in elements.enumerated() {
      if element.name == "figure", !has(["svg", "img"], within: place) {
        problems.append("a figure without a picture")
      }
      if element.name == "svg", !has(["path", "circle", "rect", "polygon"], within: place) {
        problems.append("a drawing without data: \(element.attributes["aria-labelledby"] ?? "")")
      }
      if element.name == "img", (element.attributes["src"] ?? "").count < 100 {
        problems.append("an empty picture")
      }
    }
    if text.contains("@import") || text.contains("url(") { problems.append("a style that fetches") }
    return problems
  }

  /// Remembers an element.
  package func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.append(Element(name: name, attributes: attributes, parent: open.last))
    open.append(elements.count - 1)
  }

  /// Leaves an element.
  package func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    _ = open.popLast()
  }

  /// Remembers text.
  package func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}
