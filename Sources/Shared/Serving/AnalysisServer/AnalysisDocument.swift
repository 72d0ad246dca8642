internal import Analyses
internal import Contract

/// An analysis as a document of the API.
struct AnalysisDocument: Encodable {
  let id: String
  let name: String
  let bytes: Int
  let state: Analysis.State
  /// Times in ISO 8601 format.
  let created: String
  let started: String?
  let finished: String?
  let expires: String?
  /// Position in the queue, 1 for the next one; nil unless the analysis is queued.
  let position: Int?
  /// Current stage, and the completed share of it, 0...1; nil if no worker has the analysis.
  let stage: AnalysisProgress.Stage?
  let share: Double?
  let failure: AnalysisFailure?
  let result: AnalysisResult?
  let links: Links

  /// Paths of related resources; those of the answer are nil if there is none.
  struct Links: Encodable {
    let `self`: String
    let page: String
    let events: String
    let video: String?
    let report: String?
    let finding: String?
    let table: String?
  }

  /// - Parameter isWhole: Whether to include the crops and the frames of the faces.
  init(
    _ analysis: Analysis, progress: AnalysisProgress? = nil, position: Int? = nil,
    isWhole: Bool = true
  ) {
    id = analysis.id.description
    name = analysis.name
    bytes = analysis.bytes
    state = analysis.state
    created = WallClock.text(analysis.created)
    started = analysis.started.map(WallClock.text)
    finished = analysis.finished.map(WallClock.text)
    expires = analysis.expires.map(WallClock.text)
    self.position = analysis.state == .queued ? position : nil
    stage = progress?.stage
    share = progress?.share
    failure = analysis.failure
    var result = analysis.result
    if !isWhole {
      result?.crops = []
      for index in (result?.finding.faces ?? []).indices {
        result?.finding.faces[index].frames = []
      }
    }
    self.result = result
    let path = "/api/analyses/\(analysis.id)"
    let isDone = analysis.state == .done
    links = Links(
      self: path, page: "/analyses/\(analysis.id)", events: path + "/events",
      video: analysis.result?.media.preview == .ready ? path + "/video" : nil,
      report: isDone ? path + "/report" : nil, finding: isDone ? path + "/finding" : nil,
      table: isDone ? path + "/table" : nil)
  }
}

/// A page of the history.
struct AnalysisList: Encodable {
  let analyses: [AnalysisDocument]
  /// Path of the next page; nil on the last one.
  let next: String?
}
