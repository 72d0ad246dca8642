/// What the server gives a worker process: one line of JSON on its standard input.
package struct WorkerJob: Codable, Sendable, Equatable {
  /// Path of the upload.
  package var input: String
  /// What the client called it, for reports; never a path.
  package var name: String
  /// Path of the folder, which exists, that takes what the worker writes.
  package var output: String

  package init(input: String, name: String, output: String) {
    self.input = input
    self.name = name
    self.output = output
  }
}

/// What a worker process says: a line of JSON each on its standard output.
package enum WorkerMessage: Codable, Sendable, Equatable {
  /// The model is loaded, and a job may come.
  case ready
  /// It can't work at all, whatever the job; with the reason.
  case unusable(String)
  /// How far it is.
  case progress(AnalysisProgress)
  /// The answer is in `AnalysisFiles.result`, and all that belongs to it beside that file.
  case answered
  /// The preview is there, or can't be made.
  case preview(AnalysisResult.Media.Preview)
  /// There is no answer.
  case failed(AnalysisFailure)
}

/// Names of the files of an analysis, in the folder that is named after it.
package enum AnalysisFiles {
  /// The upload as it came.
  package static let upload = "upload"
  /// `AnalysisResult` as JSON.
  package static let result = "result.json"
  /// What browsers get where they can't play the upload.
  package static let preview = "preview"
  /// The page of `detector predict --report`.
  package static let report = "report.html"
  /// Folder of the judged faces.
  package static let frames = "frames"

  /// A judged face in `frames`, by its position in `AnalysisResult.crops`.
  package static func frame(_ index: Int, heat: Bool) -> String {
    "\(index)\(heat ? "-heat" : "").jpg"
  }

  /// Most judged faces that an answer may have: what a worker says is bounded.
  package static let mostCrops = 4096
  /// Most bytes of `result`.
  package static let mostResultBytes = 64 << 20
}
