import PipelineConfiguration
import Testing

/// The reader as another section uses it.
@Suite struct SectionReaderTests {
  enum Optimizer: String, CaseIterable {
    case sgd, adamw
  }

  struct Training: Equatable {
    var name = ""
    var optimizer = Optimizer.sgd
    var learningRate = 0.0
    var seeds: [Double] = []
  }

  func training(_ yaml: String, set overrides: [String] = []) throws -> Training {
    let document = try ConfigurationDocument(yaml: yaml, name: "x.yaml", folder: "/data")
    return try document.read("train", ignoring: ["extract"], overrides: overrides) { section in
      let schedule = section.section("schedule")
      return Training(
        name: section.string("name", default: "baseline"),
        optimizer: section.choice("optimizer", default: .adamw),
        learningRate: schedule.number("learningRate", default: 1e-3, in: 0...1),
        seeds: schedule.numbers("seeds", default: [1, 2], in: 0...9))
    }
  }

  @Test func values() throws {
    let yaml = "extract: nonsense\ntrain: {name: 12, schedule: {learningRate: 5E-2, seeds: [3, 4]}}"
    let read = try training(yaml, set: ["optimizer=sgd"])
    #expect(read == Training(name: "12", optimizer: .sgd, learningRate: 0.05, seeds: [3, 4]))
    let standard = Training(
      name: "baseline", optimizer: .adamw, learningRate: 0.001, seeds: [1, 2])
    #expect(try training("extract: {}") == standard)
  }

  @Test func problemsCarryCodeAndPlace() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try training("train:\n  name: [a]\n  optimiser: sgd\n", set: ["schedule.seeds=[1]"])
    }
    #expect(error?.problems.map(\.code) == [.wrongValue, .unknownKey, .wrongValue])
    #expect(
      error?.problems.map(\.place) == [
        .position(file: "x.yaml", line: 2, column: 9),
        .position(file: "x.yaml", line: 3, column: 3), .option,
      ])
    #expect(
      error?.description == """
        x.yaml:2:9: 'train.name': expected text, got a list
        x.yaml:3:3: unknown key 'optimiser' in 'train'; did you mean 'optimizer'? known keys: \
        schedule, name, optimizer
        --set: 'train.schedule.seeds': expected a list of 2 numbers from 0 to 9, got 1
        """)
  }
}
