internal import Contract
package import Diagnosis
internal import Evaluation
internal import Foundation
package import Judging
internal import PrintableText
internal import Terminal

/// A diagnosis as text and as JSON.
package struct DiagnosisResult: Encodable {
  package var model: String
  package var diagnosis: ModelDiagnosis
  package var predictions: PredictionSummary?

  package init(model: String, diagnosis: ModelDiagnosis, predictions: PredictionSummary?) {
    self.model = model
    self.diagnosis = diagnosis
    self.predictions = predictions
  }

  /// Format name of the JSON.
  package static let format = "diagnosis/1"

  /// The verdict, then the reasons for it.
  package func text() -> String {
    var parts = [headline]
    if !diagnosis.findings.isEmpty {
      parts.append(diagnosis.findings.map(Self.text).joined(separator: "\n"))
    }
    if let predictions {
      parts.append(Self.text(predictions))
    } else if diagnosis.network != nil {
      parts.append("Only the file was examined; --store DIR shows its answers as well.")
    }
    if let network = diagnosis.network {
      parts.append(facts(network))
      parts.append(table)
    }
    return parts.joined(separator: "\n\n")
  }

  /// The verdict with its findings and a summary of the predictions.
  package var judgement: String {
    ([headline] + diagnosis.findings.map(Self.text) + (predictions.map { [Self.text($0)] } ?? []))
      .joined(separator: "\n\n")
  }

  /// The verdict, the model's path and the summary.
  package var headline: String {
    title + "\n"
      + "\(model): \(diagnosis.summary)".printable.wrapped(indent: "  ")
  }

  /// The verdict, followed by the condition if that says more.
  private var title: String {
    let word = diagnosis.verdict.rawValue.uppercased()
    return switch diagnosis.condition {
    case .sound, .undecided: word
    case .repairable: word + ", REPAIRABLE"
    case .swappedClasses: word + ", CLASSES ARE SWAPPED"
    case .needsTraining: word + ", NEEDS TRAINING"
    case .misbehaving: word + ", NO DETECTOR"
    case .otherHead: word + ", UNKNOWN HEAD"
    case .otherStem: word + ", UNKNOWN STEM"
    case .otherNetwork: word + ", UNKNOWN NETWORK"
    case .foreignFile: word + ", FILE OF ANOTHER PROGRAM"
    case .unreadable: word + ", UNREADABLE"
    }
  }

  private static func text(_ finding: Finding) -> String {
    let first = "\(finding.outcomeName): \(finding.measured)".printable
    var lines = [first.wrapped(indent: "  ", isFirstIndented: false)]
    lines.append(finding.meaning.printable.wrapped(indent: "  "))
    if let advice = finding.advice {
      lines.append("To do: \(advice)".printable.wrapped(indent: "  "))
    }
    return lines.joined(separator: "\n")
  }

  private static func text(_ predictions: PredictionSummary) -> String {
    """
    On \(predictions.crops) crops of \(predictions.videos) videos in \(predictions.store.printable):
      called fake        \(TableCell.percent(predictions.shareFake)) of the videos
      probability        mean \(TableCell.number(predictions.meanProbability, 3)), standard \
    deviation \(TableCell.number(predictions.spread, 4))
      AUC                \(TableCell.number(predictions.videoAUC, 3))\
    \(text(predictions.videoAUCInterval))
      AUC by sharpness   \(TableCell.number(predictions.sharpness?.auc, 3))\
    \(text(predictions.sharpness?.interval))
      pairs ranked right \(TableCell.number(predictions.pairs?.share, 3))\
    \(text(predictions.pairs?.interval))
      balanced accuracy  \(TableCell.number(predictions.balancedAccuracy, 3))\
    \(text(predictions.balancedAccuracyInterval))
    """ + predictions.notes.map { "\n" + "  Note: \($0)".printable }.joined()
  }

  private static func text(_ interval: ConfidenceInterval?) -> String {
    guard let interval else { return "" }
    return " (95% interval \(TableCell.number(interval.lower, 3)) to "
      + "\(TableCell.number(interval.upper, 3)))"
  }

  private func facts(_ network: ModelDiagnosis.Network) -> String {
    var lines = [
      "Network   ResNet18, width \(network.width), \(network.classes) classes, "
        + "\(network.parameters) parameters",
      "Head      \(network.head)",
      "Entries   \(diagnosis.entriesFound) of \(diagnosis.entriesExpected)",
    ]
    let attributes = try? FileManager.default.attributesOfItem(atPath: model)
    if let bytes = attributes?[.size] as? Int {
      lines.append("Size      \(TableCell.number(Double(bytes) / 1e6, 1)) MB")
    }
    if !diagnosis.container.isEmpty { lines.append("Found in  \(diagnosis.container)") }
    if !diagnosis.prefix.isEmpty { lines.append("Prefix    \(diagnosis.prefix)") }
    return lines.map(\.printable).joined(separator: "\n")
  }

  private var table: String {
    var table = TextTable(header: [
      "layer", "entries", "weights", "statistics", "variance", "dead", "exploding",
    ])
    for layer in diagnosis.layers {
      table.append([
        layer.name, "\(layer.found) of \(layer.expected)",
        TableCell.number(layer.relativeWeight, 3), layer.statistics?.words ?? "-",
        TableCell.number(layer.medianVariance, 4), "\(layer.deadChannels)",
        "\(layer.explodingChannels)",
      ])
    }
    return table.render()
      + "\nweights: their size relative to that before training; variance: the median of a layer's; "
      + "dead,\nexploding: channels"
  }
}

extension LayerDiagnosis.Statistics {
  fileprivate var words: String {
    switch self {
    case .sound: "of data"
    case .missing: "MISSING"
    case .defaults: "DEFAULTS"
    case .notFinite: "NOT FINITE"
    case .degenerate: "NO VARIANCE"
    }
  }
}
