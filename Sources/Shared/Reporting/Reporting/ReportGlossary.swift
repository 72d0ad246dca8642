/// Terms with their definitions. A link leads from each use to the definition, and one from there
/// back to the first use.
package struct ReportGlossary: Sendable {
  package struct Term: Sendable, Equatable {
    /// Name in anchors: lower-case letters, digits, hyphens.
    package var name: String
    /// The term as readers see it.
    package var title: String
    /// The definition, in a few sentences.
    package var meaning: Markup

    package init(_ name: String, _ title: String, _ meaning: Markup) {
      self.name = name
      self.title = title
      self.meaning = meaning
    }
  }

  private let terms: [Term]
  private var used: Set<String> = []

  /// - Parameter terms: Terms with distinct names.
  package init(_ terms: [Term]) {
    precondition(Set(terms.map(\.name)).count == terms.count, "a term is defined once")
    self.terms = terms
  }

  /// A link to the definition of a term.
  ///
  /// - Parameters:
  ///   - name: The name of one of the terms.
  ///   - text: Text of the link; nil for the term's title.
  package mutating func link(_ name: String, _ text: String? = nil) -> Markup {
    guard let term = terms.first(where: { $0.name == name }) else {
      preconditionFailure("the glossary has no term '\(name)'")
    }
    let text = text ?? term.title
    let isFirst = used.insert(name).inserted
    let identifier: Markup = isFirst ? " id=\"use-\(name)\"" : ""
    return "<a class=\"term\"\(identifier) href=\"#term-\(name)\">\(text)</a>"
  }

  /// The definitions of all terms that were linked to; empty if none was.
  package var definitions: Markup {
    let used = terms.filter { self.used.contains($0.name) }
    guard !used.isEmpty else { return Markup() }
    let entries = used.map { term -> Markup in
      """
      <div class="definition" id="term-\(term.name)"><dt>\(term.title)</dt><dd>\(term.meaning) \
      <a class="back" href="#use-\(term.name)" aria-label="\("back to \(term.title)")">\
      ↩ back</a></dd></div>
      """
    }
    return "<dl>\(entries.joined())</dl>"
  }
}
