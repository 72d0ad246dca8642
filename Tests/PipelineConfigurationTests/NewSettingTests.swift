import PipelineConfiguration
import Settings
import TrainingRun
import Testing

/// A configuration whose table has one row more than another one's: all that a new setting takes.
private struct Kitchen: PipelineSection {
  enum Fuel: String, Sendable, CaseIterable { case gas, wood }

  struct Oven: Sendable, Equatable {
    var degrees = 180.0
    var fuel = Fuel.gas
  }

  var cooks = 2
  var oven = Oven()

  static let sectionName = "kitchen"
  static let otherSections = ["train"]
  static let standard = Kitchen()
  static let groups: [SettingGroup<Kitchen>] = [
    SettingGroup("Who cooks", [Setting.integer("cooks", \.cooks, in: 1...9, "People.").harmless]),
    SettingGroup("The oven", "oven", \.oven, oven),
  ]

  private static let oven: [Setting<Oven>] = [
    // The new setting. Nothing else in this file or in the product names it.
    .number("degrees", \.degrees, in: 20...300, "Temperature, in degrees Celsius."),
    Setting.choice("fuel", \.fuel, "What burns.").absent(means: "gas"),
  ]

  var contradictions: [SettingContradiction] {
    oven.fuel == .wood && oven.degrees > 250
      ? [.init("oven.degrees", "expected at most 250 with wood")] : []
  }
}

/// A row in the table is all that a setting needs: it is read, written, suggested, checked, explained.
@Suite struct NewSettingTests {
  private func read(_ yaml: String, set: [String] = [], arguments: [SettingArgument] = []) throws
    -> Kitchen
  {
    let document = try ConfigurationDocument(yaml: yaml, name: "x.yaml", folder: "/data")
    return try Kitchen(document, overrides: set, arguments: arguments)
  }

  private func failure(_ yaml: String, set: [String] = [], arguments: [SettingArgument] = [])
    -> String
  {
    let error = #expect(throws: ConfigurationError.self) {
      try read(yaml, set: set, arguments: arguments)
    }
    return error?.description ?? ""
  }

  @Test func isRead() throws {
    #expect(try read("kitchen: {oven: {degrees: 200}}").oven.degrees == 200)
    #expect(try read("kitchen: {}").oven.degrees == 180)
    #expect(try read("train: {}", set: ["oven.degrees=250.5"]).oven.degrees == 250.5)
  }

  @Test func isChecked() {
    #expect(
      failure("kitchen:\n  oven:\n    degrees: 20000")
        == "x.yaml:3:14: 'kitchen.oven.degrees': expected a number from 20 to 300, got '20000'")
    #expect(
      failure("kitchen: {oven: {fuel: wood, degrees: 300}}").contains(
        "expected at most 250 with wood"))
  }

  @Test func isSuggested() {
    #expect(failure("kitchen: {oven: {degres: 200}}").contains("did you mean 'degrees'?"))
    #expect(failure("kitchen: {degrees: 200}").contains("did you mean 'kitchen.oven.degrees'?"))
  }

  @Test func isWritten() throws {
    var kitchen = Kitchen()
    kitchen.oven.degrees = 99.5
    kitchen.oven.fuel = .wood
    #expect(
      kitchen.yaml
        == "kitchen:\n  cooks: 2\n  oven:\n    degrees: 99.5\n    fuel: wood\n")
    #expect(try read(kitchen.yaml) == kitchen)
    #expect(kitchen.resultSettings == ["oven.degrees": "99.5", "oven.fuel": "wood"])
  }

  @Test func isExplained() throws {
    let all = SettingsListing<Kitchen>()
    #expect(
      all.text().contains(
        "  oven.degrees: 180.0\n      Temperature, in degrees Celsius. A number from 20 to 300."))
    #expect(
      all.markdown.contains(
        "| `oven.degrees` | `180.0` | a number from 20 to 300 | yes | Temperature, in degrees Celsius. |"
      )
    )
    #expect(all.markdown.contains("| no | People. |"))
    let some = try SettingsListing<Kitchen>(matching: "celsius").text()
    #expect(some.contains("oven.degrees") && !some.contains("oven.fuel"))
    let error = #expect(throws: ConfigurationError.self) {
      try SettingsListing<Kitchen>(matching: "degreees")
    }
    #expect(error?.description.contains("did you mean 'degrees'?") == true)
  }

  /// What an option of the command line gives goes in without YAML, and an error names the option.
  @Test func argumentsComeLast() throws {
    let cooks = SettingArgument("cooks", integer: 7, option: "--cooks")
    #expect(try read("kitchen: {cooks: 3}", set: ["cooks=4"], arguments: [cooks]).cooks == 7)
    #expect(
      failure("kitchen:", arguments: [SettingArgument("cooks", integer: 70, option: "--cooks")])
        == "--cooks: 'kitchen.cooks': expected an integer from 1 to 9, got '70'")
    let path = SettingArgument("store", path: "a: b #\"", option: "--store")
    let document = try ConfigurationDocument(yaml: "train: {}", name: "x.yaml", folder: "/data")
    #expect(
      try TrainingSettings(document, arguments: [path]).store?.hasSuffix("/a: b #\"") == true)
  }
}
