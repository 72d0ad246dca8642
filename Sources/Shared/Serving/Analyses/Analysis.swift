/// One input that somebody gave to the server, and what became of it.
package struct Analysis: Codable, Sendable, Equatable {
  /// Names it in addresses and in the data folder.
  package var id: AnalysisID
  /// What the client called the file, for people; never a path.
  package var name: String
  /// Size of the upload in bytes.
  package var bytes: Int
  /// How far it is.
  package var state: State
  /// When the upload was complete, in seconds since 1970.
  package var created: Double
  /// When a worker took it; nil before.
  package var started: Double?
  /// When it ended; nil before.
  package var finished: Double?
  /// When it will be deleted; nil where results are kept.
  package var expires: Double?
  /// How many workers took it: one more after each that was lost.
  package var attempts: Int
  /// Why it failed; nil unless it did.
  package var failure: AnalysisFailure?
  /// The answer; nil unless it is done.
  package var result: AnalysisResult?

  /// How far an analysis is.
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

  /// Whether it has ended.
  package var isEnded: Bool { state == .done || state == .failed }
}

/// How far a worker is.
package struct AnalysisProgress: Codable, Sendable, Equatable {
  /// What is being done.
  package var stage: Stage
  /// How much of the stage is done, 0...1; nil where that isn't known.
  package var share: Double?

  /// What a worker does, in this order.
  package enum Stage: String, Codable, Sendable, CaseIterable {
    /// The file is decoded, and faces are found in it.
    case reading
    /// The network answers, and the evidence is drawn.
    case judging
    /// The answer is there; a video that browsers play is being made.
    case preview
  }

  package init(_ stage: Stage, share: Double? = nil) {
    self.stage = stage
    self.share = share
  }
}

/// Why an analysis failed.
package struct AnalysisFailure: Error, Codable, Sendable, Equatable {
  /// What kind of reason it is.
  package var code: Code
  /// The reason as a sentence for people.
  package var message: String

  /// What kind of reason it is.
  package enum Code: String, Codable, Sendable, CaseIterable {
    /// It isn't a video or a picture that can be read.
    case unreadable
    /// It took longer than an analysis may.
    case timeLimit = "time-limit"
    /// It needed more memory, processor time or disk than an analysis may.
    case resourceLimit = "resource-limit"
    /// The worker process was lost, more than once.
    case workerLost = "worker-lost"
    /// The result could not be written.
    case diskFull = "disk-full"
  }

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
