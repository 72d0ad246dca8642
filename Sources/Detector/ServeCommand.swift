import Analyses
import AnalysisServer
import AnalysisStore
import ArgumentParser
import Contract
import Dispatch
import Files
import Foundation
import Logging
import Prediction
import PrintableText
import Terminal
import VerdictReports
import Workers

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Judges what is uploaded: a web page and an API.",
    discussion: """
      Examples:
        detector serve model.pt
        detector serve model.pt --data /var/lib/deepfake --keep 7d --max-upload 2GB
        detector serve model.pt --host 0.0.0.0 --token-file token.txt --public-name fakes.example.org
        curl -F file=@clip.mp4 http://127.0.0.1:8080/api/analyses
        curl -F file=@clip.mp4 http://127.0.0.1:8080/predict

      Then http://127.0.0.1:8080 is the page, and http://127.0.0.1:8080/api/openapi.json describes the API.

      Uploads, results and the queue are kept in the data folder, so that the next server on it \
      continues after any stop or crash. Each upload is decoded and judged in its own process, \
      with limits of memory and time.

      It listens on this machine only. With another --host it asks for a token: each line of the token \
      file is one, of 16 characters or more. The connection isn't encrypted; put a proxy that speaks \
      HTTPS in front of it (deploy/ has an example).

      Exit codes: 0 stopped by SIGTERM or Ctrl-C; 1 failed; 64 wrong usage.
      """)

  @Argument(help: "The model file, model.pt of a training.", completion: .file())
  var model: String

  @Option(help: "The address or name to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port; 0 takes a free one.")
  var port = 8080

  @Option(
    help: ArgumentHelp("The folder of uploads and results.", valueName: "dir"),
    completion: .directory)
  var data = "detector-data"

  @Option(
    help: ArgumentHelp("Largest size of an upload, e.g. 500MB or 2GB.", valueName: "size"),
    transform: ByteCount.parse)
  var maxUpload = 500_000_000

  @Option(help: "Analyses at a time, each in a process; 0 is one per two cores.")
  var workers = 0

  @Option(help: "Largest number of waiting and running analyses; more are answered with 429.")
  var queue = 100

  @Option(
    help: ArgumentHelp("Longest time of an analysis, e.g. 90s or 5m.", valueName: "time"),
    transform: TimeSpan.parse)
  var timeLimit = 300.0

  @Option(
    help: ArgumentHelp("Largest memory of a worker process, e.g. 4GB.", valueName: "size"),
    transform: ByteCount.parse)
  var workerMemory = 4_000_000_000

  @Option(
    help: ArgumentHelp(
      "Delete uploads and results after this time, e.g. 12h or 7d; without it they are kept.",
      valueName: "time"), transform: TimeSpan.parse)
  var keep: Double?

  @Option(
    help: ArgumentHelp(
      "A file with a token in each line, which clients must know.", valueName: "file"),
    completion: .file())
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "A name under which clients reach this server, besides addresses and localhost; may be repeated.",
      valueName: "name"))
  var publicName: [String] = []

  @Flag(help: "Listen on an address that other machines reach, without a token.")
  var insecure = false

  @Option(
    help: ArgumentHelp(
      "The folder of the face detector's weights; weights/mtcnn here or beside the program without it.",
      valueName: "dir"), completion: .directory)
  var weights: String?

  @Flag(help: "Write the log as lines of JSON.")
  var logJSON = false

  @Flag(help: "Use a model even if its file says that it is broken.")
  var force = false

  func validate() throws {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
      guard range.contains(value) else {
        throw ValidationError(
          "\(name): expected \(range.lowerBound)...\(range.upperBound), got \(value)")
      }
    }
    try check("--port", port, 0...65535)
    try check("--workers", workers, 0...256)
    try check("--queue", queue, 1...100_000)
    try check("--max-upload", maxUpload, 1...(1 << 40))
    try check("--worker-memory", workerMemory, 500_000_000...(1 << 42))
    guard (1...86400).contains(timeLimit) else {
      throw ValidationError("--time-limit: expected 1s...24h")
    }
    if let keep, keep < 60 { throw ValidationError("--keep: expected at least 1m") }
    if data.isEmpty { throw ValidationError("--data: expected a folder, got nothing") }
    let isLocal = ["127.0.0.1", "::1", "localhost"].contains(host)
    guard isLocal || tokenFile != nil || insecure else {
      throw ValidationError(
        "--host \(host): everybody who reaches this address could use the server and see what others "
          + "uploaded. Say --token-file FILE, with a token in each line; or --insecure, "
          + "if you want that")
    }
  }

  func run() throws {
    StandardOutput.isLog = true
    let model = try DetectorModel(contentsOf: self.model, force: force)
    let weights = model.recipe.needsDetector ? try DetectorWeights.folder(self.weights) : ""
    let cores = WorkerPool(workerCount: 0).workerCount
    let count = workers > 0 ? workers : max(cores / 2, 1)
    let threads = max(cores / count, 1)
    var settings = ServerSettings(
      dataPath: data, workerExecutable: Self.executable,
      workerArguments: [
        "work", self.model, "--weights", weights, "--threads", "\(threads)",
        "--memory", "\(workerMemory)", "--seconds", "\(Int(timeLimit) * 2 * threads)",
        "--file-bytes", "\(max(2 * maxUpload, 1 << 30))",
      ] + (force ? ["--force"] : []))
    settings.host = host
    settings.port = port
    settings.maximumUploadBytes = maxUpload
    settings.workers = count
    settings.threadsPerWorker = threads
    settings.queueLength = queue
    settings.timeLimitSeconds = timeLimit
    settings.workerMemoryBytes = workerMemory
    settings.keepSeconds = keep
    settings.tokens = try tokenFile.map(TokenFile.read) ?? []
    settings.publicNames = publicName
    if let caution = model.caution { StandardError.write("Warning: \(caution)".printable) }
    let server = try AnalysisServer(
      settings, model: description(of: model), logger: ServerLog.logger(asJSON: logJSON),
      endsWithTerminal: !Interruption.ignoresTerminal
    ) { [host, data] port in
      let shown = host.contains(":") ? "[\(host)]" : host
      StandardOutput.write("Listening on http://\(shown):\(port), data in \(data)".printable)
    }
    try Self.wait { try await server.run() }
  }

  /// Path of this program, so that lists of processes show its name; the link in `/proc` if the
  /// file was replaced since.
  private static var executable: String {
    let link = "/proc/self/exe"
    let path = URL(fileURLWithPath: link).resolvingSymlinksInPath().path
    return FileManager.default.isExecutableFile(atPath: path) ? path : link
  }

  private func description(of model: DetectorModel) -> ModelDescription {
    var shown = model
    shown.path = URL(fileURLWithPath: model.path).lastPathComponent
    return ModelDescription(
      summary: ModelSummary(shown),
      facts: ModelFacts(shown, date: FileDay.text(of: model.path)).rows.map {
        ModelDescription.Fact(name: $0.name, value: $0.value)
      }, limits: ModelFacts.limits)
  }

  /// Runs asynchronous work and waits for its end.
  private static func wait(_ body: @escaping @Sendable () async throws -> Void) throws {
    let result = Locked<Result<Void, any Error>?>(nil)
    let done = DispatchSemaphore(value: 0)
    Task {
      do {
        try await body()
        result.withLock { $0 = .success(()) }
      } catch {
        result.withLock { $0 = .failure(error) }
      }
      done.signal()
    }
    done.wait()
    try result.withLock { $0 }?.get()
  }
}
