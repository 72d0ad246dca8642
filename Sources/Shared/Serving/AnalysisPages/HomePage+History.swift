internal import Analyses
internal import Contract
internal import Reporting

extension HomePage {
  /// The list of analyses with its search form.
  var history: Markup {
    """
    <section aria-labelledby="history-title"><h2 id="history-title">Analyses</h2>\
    \(analyses.isEmpty && !filter.isNarrow && filter.before == nil ? Markup() : search)\
    \(list)\(pages)</section>
    """
  }

  private var search: Markup {
    let options = HistoryFilter.Verdict.allCases.map { verdict -> Markup in
      let selected: Markup = verdict == filter.verdict ? " selected=\"\"" : ""
      return "<option value=\"\(verdict.rawValue)\"\(selected)>\(Self.word(verdict))</option>"
    }
    let clear: Markup = filter.isNarrow ? "<a id=\"clear-search\" href=\"/\">Show all</a>" : ""
    return """
      <form id="search" role="search" method="get" action="/">\
      <p><label for="search-text">Name</label>\
      <input id="search-text" name="q" type="search" maxlength="200" value="\(filter.text)"/></p>\
      <p><label for="search-verdict">Answer</label>\
      <select id="search-verdict" name="verdict"><option value="">any</option>\(options.joined())\
      </select></p><button type="submit">Search</button>\(clear)</form>
      """
  }

  private static func word(_ verdict: HistoryFilter.Verdict) -> String {
    switch verdict {
    case .real: Outcome.real.word
    case .fake: Outcome.fake.word
    case .cannotTell: Outcome.cannotTell.word
    case .failed: Outcome.failed.word
    }
  }

  private var list: Markup {
    guard !analyses.isEmpty else {
      let text =
        filter.isNarrow
        ? "No analysis matches." : filter.before == nil ? "Nothing yet." : "Nothing older."
      return "<p id=\"history-empty\" class=\"empty\">\(text)</p>"
    }
    return "<ul id=\"history\">\(analyses.map(entry).joined())</ul>"
  }

  private func entry(_ analysis: Analysis) -> Markup {
    let outcome = Outcome(analysis)
    return """
      <li class="entry" data-analysis="\(analysis.id.description)" \
      data-state="\(analysis.state.rawValue)" data-outcome="\(outcome.rawValue)">\
      \(outcome.badge(analysis.result?.finding.probability))\
      <a class="name" href="/analyses/\(analysis.id.description)">\
      <span>\(analysis.name)</span></a>\
      <span class="when">\(PageTime.markup(analysis.created))</span>\
      \(DeleteForm.markup(analysis, label: nil))</li>
      """
  }

  private var pages: Markup {
    guard filter.before != nil || filter.next != nil else { return Markup() }
    let newest: Markup =
      filter.before == nil
      ? "" : "<a id=\"newest\" href=\"\(filter.address(before: nil))\">← Newest</a>"
    let older: Markup =
      filter.next.map { next -> Markup in
        "<a id=\"older\" rel=\"next\" href=\"\(filter.address(before: next))\">Older →</a>"
      } ?? ""
    return "<nav class=\"pages\" aria-label=\"Parts of the list\">\(newest)\(older)</nav>"
  }
}
