import ArgumentParser
import PipelineConfiguration
import Terminal
import TrainingRun

struct SettingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings",
    abstract: "Lists the settings of the section 'train' of pipeline files.",
    discussion: """
      Each with its default, what it may be, and what it means. --set gives one for a run, in the same \
      form: --set optimizer.learningRate=0.02.

      Examples:
        trainer settings
        trainer settings learningRate
        trainer settings selfBlending
      """)

  @Argument(help: "Only settings with this word in their key or their meaning.")
  var word: String?

  func run() throws {
    let listing =
      try word.map { try SettingsListing<TrainingSettings>(matching: $0) } ?? SettingsListing()
    StandardOutput.write(listing.text())
  }
}
