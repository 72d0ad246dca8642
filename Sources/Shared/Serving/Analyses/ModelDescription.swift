package import Contract

/// Description of a server's model, for users.
package struct ModelDescription: Codable, Sendable, Equatable {
  /// The summary that every answer contains.
  package var summary: ModelSummary
  /// Other facts, in display order.
  package var facts: [Fact]
  /// Limits of the model, a sentence or two each.
  package var limits: [String]

  /// A name and a value to display: `Network`, `ResNet18 of width 64`.
  package struct Fact: Codable, Sendable, Equatable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package init(summary: ModelSummary, facts: [Fact], limits: [String]) {
    self.summary = summary
    self.facts = facts
    self.limits = limits
  }
}
