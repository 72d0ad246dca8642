internal import Contract
internal import Foundation
internal import PrintableText
internal import TrainingData

/// How many pictures of each data set and method an epoch contains, as text for the user.
struct BalanceSummary {
  /// Largest number of lines per class.
  private static let mostLines = 24

  private let parts: [BalancedPart]
  private let factors: [String]
  private let repeats: Double

  /// Nil if nothing except the classes is balanced.
  init?(_ order: any TrainingOrder, _ settings: TrainingSettings.Data) {
    parts = order.balancedParts
    factors = settings.balanceBy.map(\.rawValue)
    repeats = settings.balanceRepeats
    guard !parts.isEmpty else { return nil }
  }

  /// The lines, each with a line feed.
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
        "             * has few pictures: each is taken \(number(repeats)) times as often as the "
        + "average of its class, which is the limit (data.balanceRepeats)\n"
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
