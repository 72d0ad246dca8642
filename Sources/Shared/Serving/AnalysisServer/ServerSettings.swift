/// Settings of a server, from the options of `detector serve`.
package struct ServerSettings: Sendable {
  /// Name or address to listen on.
  package var host = "127.0.0.1"
  /// Port; 0 takes a free one.
  package var port = 8080
  package var dataPath: String
  /// Largest size of an uploaded file.
  package var maximumUploadBytes = 500_000_000
  /// Number of worker processes.
  package var workers = 1
  package var threadsPerWorker = 1
  /// Largest number of analyses that are queued or running, including uploads in progress.
  package var queueLength = 100
  /// Seconds after which a worker without an answer is ended.
  package var timeLimitSeconds = 300.0
  /// Largest number of seconds that a request to `/predict` waits for its answer.
  package var answerLimitSeconds = 60.0
  /// Largest memory of a worker process in bytes.
  package var workerMemoryBytes = 4_000_000_000
  /// Seconds after which results are deleted; nil keeps them.
  package var keepSeconds: Double?
  /// Tokens, of which clients need one; if empty, every client may use the server.
  package var tokens: [String] = []
  /// Names under which clients reach the server, besides addresses and `localhost`.
  package var publicNames: [String] = []
  /// Largest number of connections.
  package var connections = 512
  /// Path of this program.
  package var workerExecutable: String
  /// Arguments with which this program is a worker.
  package var workerArguments: [String]

  package init(dataPath: String, workerExecutable: String, workerArguments: [String]) {
    self.dataPath = dataPath
    self.workerExecutable = workerExecutable
    self.workerArguments = workerArguments
  }
}
