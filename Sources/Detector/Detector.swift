import ArgumentParser
import CommandParts
import Terminal

/// Decides whether the faces in videos are real or manipulated, or says that it can't tell.
@main
struct Detector: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detector",
    abstract: "Says whether the faces in a video are real or manipulated, or that it can't tell.",
    discussion: """
      A model of the trainer, and a video:

        detector predict model.pt clip.mp4
        detector predict model.pt clips/ --json answers.jsonl --csv answers.csv
        detector predict model.pt clip.mp4 --report clip.html --annotate out.mp4
        detector serve model.pt
        detector compare model.pt crops.npy logits.npy

      Exit codes: 0 done; 1 failed, or no input could be read; 2 done, but some inputs could not be \
      read; 64 wrong usage; 129, 130 or 143 stopped by SIGHUP, Ctrl-C or SIGTERM.
      """,
    version: softwareVersion,
    subcommands: [
      PredictCommand.self, ServeCommand.self, CompareCommand.self, WorkCommand.self,
    ])

  static func main() { runAsProgram() }
}
