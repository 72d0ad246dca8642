/// Terms with their definitions. The first use of a term and its definition are linked both ways, so
/// that a reader comes back to where he was.
package struct ReportGlossary: Sendable {
  /// A term and what it means.
  package struct Term: Sendable, Equatable {
    /// Name in anchors: lower-case letters, digits, hyphens.
    package var name: String
    /// What readers call it.
    package var title: String
    /// What it means, in a few sentences.
    package var meaning: Markup

    /// Creates a term.
    package init(_ name: String, _ title: String, _ meaning: Markup) {
      self.name = name
      self.title = title
      self.meaning = meaning
    }
  }

  private let terms: [Term]
  private var used: Set<String> = []

  /// Creates a glossary of terms with different names.
  package init(_ terms: [Term]) {
    precondition(Set(terms.map(\.name)).count == terms.count, "a term is defined once")
    self.terms = terms
  }

  /// A link to the definition of a term.
  ///
  /// - Parameters:
  ///   - name: one of the terms'.
  ///   - text: what stands there; nil for the term's title.
  package mutating func link(_ name: String, _ text: String? = nil) -> Markup {
    guard let term = terms.first(where: { $0.name == name }) else {
      preconditionFailure("the glossary has no term '\(name)'")
    }
    let text = text ?? term.title
    let isFirst = used.insert(name).inserted
    let identifier: Markup = isFirst ? " id=\"use-\(name)\"" : ""
    return "<a class=\"term\"\(identifier) href=\"#term-\(name)\">\(text)</a>"
  }

  /// The definitions of all terms that were linked to; empty where none was.
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
