package import Evaluation
internal import Terminal

/// Metrics by data set, method, compression or group of people, as a table.
package struct BreakdownTable {
  private let breakdown: Breakdown

  /// Largest number of rows printed; the JSON has all of them.
  private static let mostRows = 100

  package init(_ breakdown: Breakdown) { self.breakdown = breakdown }

  /// A title, the table, and a note on what it compares.
  package func render() -> String {
    let title = Self.title(breakdown.property)
    var table = TextTable(header: [
      title, "real", "called real", "fake", "called fake", "groups", "AUC", "AUC by sharpness",
      "pairs", "ranked right",
    ])
    for row in breakdown.rows.prefix(Self.mostRows) {
      table.append([
        row.name ?? "unknown", "\(row.real)", "\(row.realRight)", "\(row.fake)",
        "\(row.fakeRight)", "\(row.groups)", Self.area(row),
        TableCell.number(row.sharpnessAUC, row.interval == nil ? 2 : 3), "\(row.pairs)",
        TableCell.number(row.pairsRight, 2),
      ])
    }
    let hidden = breakdown.rows.count - Self.mostRows
    return "By \(title)\n" + table.render()
      + (hidden > 0 ? "\n... and \(hidden) more; --json has all" : "")
      + (breakdown.property == .method ? "\nEach method's fakes against all real videos." : "")
  }

  /// Note below the tables: metrics that need more videos are left out.
  package static let note =
    "No AUC with fewer than \(Breakdown.leastVideos) videos of either class, and no share of fewer than "
    + "\(Breakdown.leastVideos) pairs; in brackets 95% intervals, where there are "
    + "\(BootstrapIntervals.minimumGroups) groups with either class."

  private static func area(_ row: Breakdown.Row) -> String {
    guard let interval = row.interval else { return TableCell.number(row.auc, 2) }
    return TableCell.number(row.auc, 3) + " [" + TableCell.number(interval.lower, 3) + " "
      + TableCell.number(interval.upper, 3) + "]"
  }

  private static func title(_ property: Breakdown.Property) -> String {
    switch property {
    case .dataset: "data set"
    case .method: "method"
    case .compression: "compression"
    case .group: "group"
    }
  }
}
