import ArgumentParser
import CommandParts
import PipelineConfiguration
import Terminal

/// Extracts face crops from labelled videos into a store.
@main
struct Extractor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extractor",
    abstract: "Finds and aligns the faces of labelled videos and writes them into a shard store.",
    discussion: """
      From a folder of videos to a verified store:

        extractor run pipelines/dfdc.yaml --input /data/dfdc --store /data/dfdc-faces
        extractor verify /data/dfdc-faces
        extractor inspect /data/dfdc-faces --contact-sheet sheet.jpg

      A run may be stopped at any moment, killed even; the same command goes on where it ended.

      Exit codes: 0 done; 1 failed, or the result can't be printed; 2 done, but some videos failed, are \
      missing or incomplete; 64 wrong usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """,
    version: softwareVersion,
    subcommands: [
      RunCommand.self, StatusCommand.self, ReportCommand.self, InspectCommand.self,
      VerifyCommand.self, BenchmarkCommand.self, SampleClipsCommand.self,
      SettingsCommand<ExtractConfiguration>.self,
    ])

  static func main() { runAsProgram() }
}
