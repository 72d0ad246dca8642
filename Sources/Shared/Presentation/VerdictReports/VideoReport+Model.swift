internal import Reporting

extension VideoReport {
  var about: ReportPage.Section {
    var table = ReportTable(["", ""])
    for row in ModelFacts(model, date: modelDate).rows {
      table.append([Markup(text: row.name), Markup(text: row.value)])
    }
    return ReportPage.Section("model", "What the model is", [.table(table)])
  }

  var limits: ReportPage.Section {
    let items = ModelFacts.limits.map { limit -> Markup in "<li>\(limit)</li>" }.joined()
    return ReportPage.Section("limits", "What it can't do", [.markup("<ul>\(items)</ul>")])
  }
}
