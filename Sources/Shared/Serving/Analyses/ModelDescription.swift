package import Contract

/// What people are told of the model that a server answers with.
package struct ModelDescription: Codable, Sendable, Equatable {
  /// What every answer says of it.
  package var summary: ModelSummary
  /// What else is known of it, in the order in which it is shown.
  package var facts: [Fact]
  /// What it can't do, a sentence or two each.
  package var limits: [String]

  /// A name and a value, both for people: `Network`, `ResNet18 of width 64`.
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
