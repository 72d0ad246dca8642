import Analyses
import AnalysisWorker
import ArgumentParser
import Contract
import FaceDetection
import Foundation
import Glibc
import NeuralNetwork
import Prediction

/// A worker process of `detector serve`: reads one job from standard input, does it, and ends. Not
/// for users.
struct WorkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "work",
    abstract: "A worker process of serve; reads one job from standard input.",
    shouldDisplay: false)

  @Argument(help: "The model file.")
  var model: String

  @Option(help: "The folder of the face detector's weights.")
  var weights: String

  @Option(help: "Threads.")
  var threads: Int

  @Option(help: "Bytes of memory that it may use.")
  var memory: Int

  @Option(help: "Seconds of processor time that it may use.")
  var seconds: Int

  @Option(help: "Bytes that a file it writes may have.")
  var fileBytes: Int

  @Flag(help: "Use a model even if its file says that it is broken.")
  var force = false

  func validate() throws {
    guard threads > 0, memory > 0, seconds > 0, fileBytes > 0 else {
      throw ValidationError("expected numbers above 0")
    }
  }

  func run() throws {
    // The worker ends with its job or its server, not with signals to its
    // terminal or process group.
    for number in [SIGTERM, SIGINT, SIGHUP] { signal(number, SIG_IGN) }
    let limits = WorkerLimits(
      memoryBytes: memory, processorSeconds: seconds, fileBytes: fileBytes)
    guard limits.apply() else { return Self.say(.unusable("its limits can't be set")) }
    let worker: AnalysisWorker
    do {
      var model = try DetectorModel(contentsOf: model, force: force)
      let detector =
        model.recipe.needsDetector
        ? try MTCNNWeights.load(directory: weights, kernels: Processor.selected) : nil
      let day = FileDay.text(of: model.path)
      // Clients see the path, so it must not contain folders of this machine.
      model.path = URL(fileURLWithPath: model.path).lastPathComponent
      worker = try AnalysisWorker(
        model, modelDate: day, detector: detector, threads: threads, say: Self.say)
    } catch {
      return Self.say(.unusable("\(error)"))
    }
    Self.say(.ready)
    guard let line = readLine(),
      let job = try? JSONDecoder().decode(WorkerJob.self, from: Data(line.utf8))
    else { return }
    // Standard input ends when the server is gone.
    Thread.detachNewThread {
      while readLine() != nil {}
      // Ends at once: exit handlers of libraries would run while the decoders are working.
      _exit(ExitCode.failure.rawValue)
    }
    worker.work(on: job)
  }

  /// Writes a message; ends the process if the server doesn't read it any more.
  private static func say(_ message: WorkerMessage) {
    guard let data = try? JSONEncoder().encode(message) else { return }
    do {
      try FileHandle.standardOutput.write(contentsOf: data + Data("\n".utf8))
    } catch {
      _exit(ExitCode.failure.rawValue)
    }
  }
}
