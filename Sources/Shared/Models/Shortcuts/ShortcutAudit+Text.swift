internal import Evaluation
internal import PrintableText
package import Terminal

extension ShortcutAudit {
  /// The whole audit for a terminal: the table of features, values with one label only, and the
  /// conclusion.
  package var text: String {
    let head =
      "Shortcuts: what tells fake from real without looking at faces, in \(realVideos) real and "
      + "\(fakeVideos) fake videos of \(groups) groups of people. AUC on people that the probe hasn't "
      + "seen; the interval is over groups."
    return [
      head.wrapped(), "", featureTable.render(), "", oneLabelTable.render(), "",
      conclusion.wrapped(),
    ].joined(separator: "\n")
  }

  /// The conclusion in a few sentences.
  package var conclusion: String {
    switch outcome {
    case .none: "No shortcut found: \(reason)."
    case .found: "SHORTCUT: \(summary). To remove it: \(advice ?? "").\(others)"
    case .cannotTell:
      "Cannot tell: \(reason)."
        + (finding.map { " If it is a shortcut: \($0). To remove it: \(advice ?? "")." } ?? "")
    }
  }

  /// The warning of a training in one line; nil if there is nothing to warn of.
  package var warning: String? {
    switch outcome {
    case .found:
      "a shortcut tells the labels apart: \(summary). To remove it: \(advice ?? "")."
    case .none, .cannotTell: nil
    }
  }

  private var others: String {
    otherFindings.isEmpty
      ? "" : (" Also, \(otherFindings.joined(separator: "; "))." as String).printable
  }

  private var summary: String {
    ((finding.map { $0 + "; " } ?? "") + reason).printable
  }

  /// The conclusion and the most telling features, in a few lines.
  package var shortText: String {
    let most = ordered.prefix(3).compactMap { feature in
      feature.area?.auc.map { "\(feature.feature.title) \(decimalText($0, decimals: 2))" }
    }
    var lines = ["Shortcuts  " + conclusion]
    if let auc = together.auc {
      lines.append(
        "           AUC on people that the probe hasn't seen: all features together "
          + decimalText(auc, decimals: 2) + "; alone " + most.joined(separator: ", ")
          + ". The whole audit: extractor inspect STORE --shortcuts")
    }
    return lines.joined(separator: "\n")
  }

  /// All features together, then each, the most telling first.
  package var featureTable: TextTable {
    var table = TextTable(header: ["feature", "AUC", "95% interval", "real", "fake", "unknown"])
    func cells(_ area: Area?) -> [String] {
      [
        area?.auc.map { decimalText($0, decimals: 3) } ?? "-",
        area?.interval.map {
          "\(decimalText($0.lower, decimals: 3))...\(decimalText($0.upper, decimals: 3))"
        } ?? "-",
      ]
    }
    table.append(["all together"] + cells(together) + ["", "", ""])
    for feature in ordered {
      table.append(
        [feature.feature.title] + cells(feature.area) + [
          feature.real.map(feature.feature.text) ?? "-",
          feature.fake.map(feature.feature.text) ?? "-",
          feature.unknown > 0 ? "\(feature.unknown)" : "-",
        ])
    }
    return table
  }

  /// The features, the most telling first.
  package var ordered: [Feature] {
    features.enumerated().sorted {
      let (left, right) = ($0.element.area?.auc ?? -1, $1.element.area?.auc ?? -1)
      return left != right ? left > right : $0.offset < $1.offset
    }.map(\.element)
  }

  /// The table of values that occur with one label only.
  package var oneLabelTable: TextTable {
    var table = TextTable(header: [
      "one label only", "values", "real only", "fake only", "of all videos", "such as",
    ])
    for share in oneLabel {
      table.append([
        share.property, "\(share.values)", "\(share.realOnly)", "\(share.fakeOnly)",
        share.videos > 0 ? decimalText(100 * share.share, decimals: 0) + "%" : "-",
        share.examples.joined(separator: ", "),
      ])
    }
    return table
  }
}
