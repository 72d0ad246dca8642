internal import Evaluation
package import Judging
internal import Terminal

/// Metrics of a repaired model compared with the broken one, as tables.
package struct RepairTable {
  private let information: RepairInformation

  package init(_ information: RepairInformation) { self.information = information }

  /// The tables: before and after, then the repaired model's own.
  package func render() -> String {
    let (before, after) = (information.before, information.after)
    var table = TextTable(header: ["videos", "before", "after"])
    let sides = [
      ("validation", before.validation, after.validation as EvaluationReport?),
      ("test", before.test ?? before.validation, after.test),
    ]
    for case (let name, let old, let new?) in sides {
      func row(_ what: String, _ value: (EvaluationReport) -> String) {
        table.append(["\(what), \(name)", value(old), value(new)])
      }
      row("AUC") { TableCell.number($0.videos.auc, 4) }
      row("AUC by sharpness") { TableCell.number($0.sharpness?.auc, 4) }
      row("pairs ranked right") { TableCell.number($0.pairs?.share, 4) }
      row("balanced accuracy") { TableCell.number($0.videos.balancedAccuracy, 4) }
      row("called fake") { TableCell.percent($0.videos.shareFake) }
    }
    var reports = [("validation", after.validation)]
    if let test = after.test { reports.append(("test", test)) }
    return "\n" + table.render() + "\n"
      + ResultTable(reports: reports, behaviour: information.behaviour).render()
  }
}
