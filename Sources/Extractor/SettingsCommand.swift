import ArgumentParser
import PipelineConfiguration
import Terminal

struct SettingsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings",
    abstract: "Lists the settings of the section 'extract' of pipeline files.",
    discussion: """
      Each with its default, what it may be, and what it means. --set gives one for a run, in the same \
      form: --set sampling.framesPerVideo=16.

      Examples:
        extractor settings
        extractor settings frames
        extractor settings detection
      """)

  @Argument(help: "Only settings with this word in their key or their meaning.")
  var word: String?

  func run() throws {
    let listing =
      try word.map { try SettingsListing<ExtractConfiguration>(matching: $0) } ?? SettingsListing()
    StandardOutput.write(listing.text())
  }
}
