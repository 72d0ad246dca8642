import Settings
import Foundation
import PipelineConfiguration
import Testing
import TrainingRun

/// docs/settings.md is what the tables of settings say; `UPDATE_SETTINGS=1` writes it anew.
@Suite struct SettingsPageTests {
  static let page = """
    # Settings

    <!-- Written from the tables of settings by UPDATE_SETTINGS=1 swift test --filter SettingsPageTests -->

    A pipeline file (`pipelines/*.yaml`) has a section for each program. Every setting has a default; a misspelt key is an error with line, column and the nearest known key. `--set key=value` gives one for a run, with the dotted key of the table; `extractor settings WORD` and `trainer settings WORD` find settings in the terminal. Relative paths start at the folder of the file; those of the command line start at the working directory.

    When work goes on (another extraction into the same store, a training that was stopped), settings that determine what comes out must be the same; a difference is an error that names both values. The column "fixed" says which these are.

    ## `extract`: from videos to a store

    \(SettingsListing<ExtractConfiguration>().markdown)

    ## `train`: from a store to a model

    \(SettingsListing<TrainingSettings>().markdown)

    """

  @Test func isUpToDate() throws {
    let file = packageRoot.appendingPathComponent("docs/settings.md")
    if ProcessInfo.processInfo.environment["UPDATE_SETTINGS"] == "1" {
      try Self.page.write(to: file, atomically: true, encoding: .utf8)
    }
    let text = try? String(contentsOf: file, encoding: .utf8)
    #expect(
      text == Self.page,
      "docs/settings.md isn't up to date; UPDATE_SETTINGS=1 swift test --filter SettingsPageTests")
  }

  /// Each setting is explained by a sentence that ends like one.
  @Test func settingsAreExplained() {
    let meanings =
      ExtractConfiguration.groups.flatMap(\.settings).map { ($0.key, $0.meaning) }
      + TrainingSettings.groups.flatMap(\.settings).map { ($0.key, $0.meaning) }
    for (key, meaning) in meanings {
      #expect(
        meaning.count > 8 && meaning.hasSuffix(".")
          && (meaning.first?.isUppercase == true || meaning.first == "`"), "\(key)"
      )
    }
    #expect(Set(meanings.map(\.0)).count > 100)
  }
}
