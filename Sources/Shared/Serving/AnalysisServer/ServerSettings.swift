/// How a server works: what the options of `detector serve` say.
package struct ServerSettings: Sendable {
  /// Name or address that it listens on.
  package var host = "127.0.0.1"
  /// Port; 0 is one that is free.
  package var port = 8080
  /// The data folder.
  package var dataPath: String
  /// Most bytes of one uploaded file.
  package var maximumUploadBytes = 500_000_000
  /// Worker processes at a time.
  package var workers = 1
  /// Threads of each worker process.
  package var threadsPerWorker = 1
  /// Most analyses that wait or run at a time, uploads under way included.
  package var queueLength = 100
  /// Seconds after which the worker of an analysis without an answer is ended.
  package var timeLimitSeconds = 300.0
  /// Seconds that a request to `/predict` waits for its answer.
  package var answerLimitSeconds = 60.0
  /// Bytes of memory that a worker process may use.
  package var workerMemoryBytes = 4_000_000_000
  /// Seconds after which results are deleted; nil keeps them.
  package var keepSeconds: Double?
  /// What clients must know; none where everybody who reaches the port may use it.
  package var tokens: [String] = []
  /// Names under which clients reach the server, besides addresses and `localhost`.
  package var publicNames: [String] = []
  /// Most connections at a time.
  package var connections = 512
  /// Path of this program, and the arguments that make it a worker.
  package var workerExecutable: String
  /// See `workerExecutable`.
  package var workerArguments: [String]

  package init(dataPath: String, workerExecutable: String, workerArguments: [String]) {
    self.dataPath = dataPath
    self.workerExecutable = workerExecutable
    self.workerArguments = workerArguments
  }
}
