/// The job of a worker process, which receives it as a line of JSON on standard input.
package struct WorkerJob: Codable, Sendable, Equatable {
  /// Path of the upload.
  package var input: String
  /// The client's name for the file, for reports; never a path.
  package var name: String
  /// Path of the existing folder into which the worker writes.
  package var output: String

  package init(input: String, name: String, output: String) {
    self.input = input
    self.name = name
    self.output = output
  }
}

/// A message of a worker process, which it sends as a line of JSON on standard output.
package enum WorkerMessage: Codable, Sendable, Equatable {
  /// The model is loaded, and the worker waits for its job.
  case ready
  /// The worker can't do any job, for the given reason.
  case unusable(String)
  case progress(AnalysisProgress)
  /// The answer is in `AnalysisFiles.result`, and all related files are beside it.
  case answered
  /// The preview is ready, or can't be made.
  case preview(AnalysisResult.Media.Preview)
  /// There is no answer.
  case failed(AnalysisFailure)
}

/// Names of the files of an analysis, in its folder.
package enum AnalysisFiles {
  /// The unchanged upload.
  package static let upload = "upload"
  /// `AnalysisResult` as JSON.
  package static let result = "result.json"
  /// The file for browsers if they can't play the upload.
  package static let preview = "preview"
  /// The page of `detector predict --report`.
  package static let report = "report.html"
  /// Folder of the judged faces.
  package static let frames = "frames"

  /// Name of a judged face in `frames`, by its index in `AnalysisResult.crops`.
  package static func frame(_ index: Int, heat: Bool) -> String {
    "\(index)\(heat ? "-heat" : "").jpg"
  }

  /// Largest number of judged faces in an answer. Results of workers are limited, because workers
  /// are trusted less than the server.
  package static let mostCrops = 4096
  /// Largest size of `result` in bytes.
  package static let mostResultBytes = 64 << 20
}
