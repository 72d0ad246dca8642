import ArgumentParser
import Robustness

struct RobustnessOptions: ParsableArguments {
  @Flag(
    help: """
      Measure the model on damaged pictures too: the perturbations of DeeperForensics-1.0 at their \
      levels.
      """)
  var robustness = false

  @Option(
    name: .customLong("robustness-levels"),
    help: ArgumentHelp("Levels of 1...5, separated by commas; all by default.", valueName: "list"))
  var levels: String?

  @Option(
    name: .customLong("robustness-frames"),
    help: ArgumentHelp(
      "Frames per video, evenly spaced; 0 is all of the store; 8 by default.", valueName: "count"))
  var frames: Int?

  @Option(
    help: ArgumentHelp(
      """
      Perturbations, separated by commas: \
      \(Perturbation.allCases.map(\.rawValue).joined(separator: ", ")); all by default.
      """, valueName: "list"))
  var perturbations: String?

  @Option(
    help: "Draw AUC against level into this SVG file.", completion: .file(extensions: ["svg"]))
  var plot: String?

  func validate() throws {
    _ = try grid()
  }

  /// The chosen part of the grid; nil without --robustness.
  func grid() throws -> RobustnessGrid? {
    guard robustness else {
      let given = [
        ("--robustness-levels", levels), ("--robustness-frames", frames.map(String.init)),
        ("--perturbations", perturbations), ("--plot", plot),
      ].first { $0.1 != nil }
      if let given { throw ValidationError("\(given.0) is for --robustness; add that") }
      return nil
    }
    var grid = RobustnessGrid()
    if let levels {
      grid.levels = try Self.list(levels, option: "--robustness-levels", of: grid.levels) {
        Int($0)
      }
    }
    if let perturbations {
      grid.perturbations = try Self.list(
        perturbations, option: "--perturbations", of: grid.perturbations
      ) { Perturbation(rawValue: $0) }
    }
    if let frames {
      guard (0...100_000).contains(frames) else {
        throw ValidationError("--robustness-frames: expected 0...100000, got \(frames)")
      }
      grid.framesPerVideo = frames
    }
    return grid
  }

  /// The elements of `all` that the text names, in the order of `all`.
  private static func list<Element: Equatable>(
    _ text: String, option: String, of all: [Element], _ read: (String) -> Element?
  ) throws -> [Element] {
    let names = text.split(separator: ",", omittingEmptySubsequences: false)
    let found = try names.map { name in
      guard let element = read(name.trimmingPrefix { $0 == " " }.description), all.contains(element)
      else {
        let expected = all.map { element in
          (element as? Perturbation)?.rawValue ?? "\(element)"
        }
        throw ValidationError(
          "\(option): expected some of \(expected.joined(separator: ",")), got '\(name)'")
      }
      return element
    }
    return all.filter(found.contains)
  }
}
