internal import Contract
internal import Foundation
internal import PrintableText
internal import TrainingData

/// What an epoch takes of each data set and method, for a person.
struct BalanceSummary {
  /// Lines of each class that are shown.
  private static let mostLines = 24

  private let parts: [BalancedPart]
  private let factors: [String]
  private let repeats: Double

  /// Nil where nothing but the classes is balanced.
  init?(_ order: any TrainingOrder, _ settings: TrainingSettings.Data) {
    parts = order.balancedParts
    factors = settings.balanceBy.map(\.rawValue)
    repeats = settings.balanceRepeats
    guard !parts.isEmpty else { return nil }
  }

  /// Lines, each with its end.
  var text: String {
    let shares = factors.joined(separator: ", within it by ")
    var text = "Balance    equal shares by \(shares); an epoch takes\n"
    for label in [VideoLabel.real, .fake, nil] {
      let own = parts.filter { $0.label == label }
      let shown = own.prefix(Self.mostLines)
      for part in shown { text += line(part) }
      if own.count > shown.count {
        let names = label.map { "\($0.rawValue) " } ?? ""
        text += "             and \(own.count - shown.count) more \(names)parts\n"
      }
    }
    if parts.contains(where: \.isHeld) {
      text +=
        "             * has few pictures: each comes \(number(repeats)) times as often as its class's "
        + "do on average, no oftener (data.balanceRepeats)\n"
    }
    return text
  }

  private func line(_ part: BalancedPart) -> String {
    let names = part.names.map { ($0 ?? "unknown").printable }.joined(separator: ", ")
    let label = part.label.map { "\($0.rawValue) " } ?? ""
    let passes = String(format: part.passesPerEpoch < 0.095 ? "%.2f" : "%.1f", part.passesPerEpoch)
    return "             \(label)\(names): \(part.samplesPerEpoch) pictures, each of "
      + "\(part.samples) (\(part.videos) videos) \(passes) times\(part.isHeld ? " *" : "")\n"
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(value)
  }
}
