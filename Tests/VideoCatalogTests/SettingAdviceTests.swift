import Foundation
import TestSupport
import Testing

@testable import VideoCatalog

/// Settings in messages, as a person copies them into a shell.
@Suite struct SettingAdviceTests {
  /// A shell takes each as one word, with the value in YAML's quotes where that is needed.
  @Test(arguments: [
    ("label_2", "csv.label=label_2"),
    ("File Path", "csv.label='File Path'"),
    ("it's", "csv.label='it''s'"),
    ("$HOME `id` \\ \"x\" !", "csv.label='$HOME `id` \\ \"x\" !'"),
    ("$it's", "csv.label='$it''s'"),
    ("", "csv.label=''"),
    ("[a]", "csv.label='[a]'"),
  ])
  func aShellReadsOneSetting(value: String, expected: String) throws {
    let shell = try #require(CommandLineTool("sh"))
    let output = try shell.run([
      "-c", "printf '%s|' \(SettingAdvice.option("csv.label", value))",
    ])
    let text = String(decoding: output, as: UTF8.self)
    #expect(text == "--set|\(expected)|")
  }
}
