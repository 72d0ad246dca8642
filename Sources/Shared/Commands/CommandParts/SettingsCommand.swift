package import ArgumentParser
package import PipelineConfiguration
internal import Terminal

/// Lists the settings of a section of the pipeline files.
package struct SettingsCommand<Section: SettingsExamples>: ParsableCommand {
  package static var configuration: CommandConfiguration {
    let program = Section.program
    let examples = Section.examples
    return CommandConfiguration(
      commandName: "settings",
      abstract: "Lists the settings of the section '\(Section.sectionName)' of pipeline files.",
      discussion: """
        Each with its default, what it means, and what it may be. --set gives one for a run, in the \
        same form: --set \(examples.setting).

        Examples:
          \(program) settings
          \(program) settings \(examples.word)
          \(program) settings \(examples.group)
        """)
  }

  @Argument(help: "Only settings with this word in their key or their meaning.")
  package var word: String?

  package init() {}

  package func run() throws {
    let listing = try word.map { try SettingsListing<Section>(matching: $0) } ?? SettingsListing()
    StandardOutput.write(listing.text())
  }
}

/// A section of the pipeline files with what its help text shows.
package protocol SettingsExamples: PipelineSection {
  /// The program that reads the section.
  static var program: String { get }
  /// A setting with a value, a word in several keys, and the name of a group.
  static var examples: (setting: String, word: String, group: String) { get }
}
