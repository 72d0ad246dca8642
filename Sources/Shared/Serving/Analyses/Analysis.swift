/// An uploaded input with the state and the result of its analysis.
package struct Analysis: Codable, Sendable, Equatable {
  /// Identifier in addresses and in the data folder.
  package var id: AnalysisID
  /// The client's name for the file, for display; never a path.
  package var name: String
  /// Size of the upload in bytes.
  package var bytes: Int
  package var state: State
  /// When the upload was complete, in seconds since 1970.
  package var created: Double
  /// When a worker took the analysis; nil before.
  package var started: Double?
  /// When the analysis ended; nil before.
  package var finished: Double?
  /// When the analysis will be deleted; nil keeps it.
  package var expires: Double?
  /// Number of workers that have taken the analysis; more than one if workers were lost.
  package var attempts: Int
  /// Why the analysis failed; nil otherwise.
  package var failure: AnalysisFailure?
  /// The answer; nil unless the state is `done`.
  package var result: AnalysisResult?

  package enum State: String, Codable, Sendable, CaseIterable {
    case queued, running, done, failed
  }

  package init(id: AnalysisID, name: String, bytes: Int, created: Double, expires: Double?) {
    self.id = id
    self.name = name
    self.bytes = bytes
    state = .queued
    self.created = created
    self.expires = expires
    attempts = 0
  }

  package var isEnded: Bool { state == .done || state == .failed }
}

/// Progress of a worker.
package struct AnalysisProgress: Codable, Sendable, Equatable {
  package var stage: Stage
  /// Completed share of the stage, 0...1; nil if unknown.
  package var share: Double?

  /// The stages of the work, in this order.
  package enum Stage: String, Codable, Sendable, CaseIterable {
    /// Decoding the file and finding faces in it.
    case reading
    /// Running the network and drawing the evidence.
    case judging
    /// Making a video that browsers play, after the answer.
    case preview
  }

  package init(_ stage: Stage, share: Double? = nil) {
    self.stage = stage
    self.share = share
  }
}

/// Why an analysis failed.
package struct AnalysisFailure: Error, Codable, Sendable, Equatable {
  package var code: Code
  /// The reason as a sentence for users.
  package var message: String

  package enum Code: String, Codable, Sendable, CaseIterable {
    /// The file isn't a readable video or picture.
    case unreadable
    /// The analysis took too long.
    case timeLimit = "time-limit"
    /// The analysis needed too much memory, processor time or disk space.
    case resourceLimit = "resource-limit"
    /// Several worker processes of the analysis were lost.
    case workerLost = "worker-lost"
    /// The result could not be written.
    case diskFull = "disk-full"
  }

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
