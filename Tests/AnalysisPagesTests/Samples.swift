import Analyses
import AnalysisPages
import Contract

/// Made-up analyses in every state, and all pages of them.
enum Samples {
  /// A hostile client's name for a file.
  static let hostile = "\"><script>alert('1')</script><img src=x onerror=alert(1)>&.mp4"

  static let id: AnalysisID = AnalysisID(String(repeating: "a", count: 26)) ?? AnalysisID()

  static let model = ModelSummary(
    file: "/srv/secret/model.pt", verdict: .sound, reason: "AUC 0.975", score: .mean,
    threshold: 0.5,
    lowerBound: 0.4, upperBound: 0.6)

  static var description: ModelDescription { description(model) }

  static func description(_ model: ModelSummary) -> ModelDescription {
    ModelDescription(
      summary: model, facts: [.init(name: "Network", value: "ResNet18 <64>")],
      limits: ["It looks at faces & nothing else."])
  }

  static func face(
    _ track: Int, _ verdict: VideoVerdict, _ probability: Double?, count: Int = 5,
    doubts: [Doubt] = []
  ) -> VideoFinding.Face {
    let frames = (0..<count).map { index in
      VideoFinding.Frame(
        frame: index * 10, seconds: Double(index) * 0.4, box: [10, 20, 110, 140],
        probability: probability, margin: 1)
    }
    return VideoFinding.Face(
      track: track, verdict: verdict, probability: probability, doubts: doubts, sizePixels: 100,
      blur: -3, brightness: 120, frames: frames)
  }

  static func finding(
    _ verdict: VideoVerdict, _ probability: Double?, faces: [VideoFinding.Face],
    doubts: [Doubt] = [], remarks: [String] = []
  ) -> VideoFinding {
    var finding = VideoFinding(input: "clip.mp4")
    finding.verdict = verdict
    finding.probability = probability
    finding.doubts = doubts
    finding.remarks = remarks
    finding.faces = faces
    finding.video = .init(
      width: 640, height: 360, seconds: 2, frames: 50, framesLookedAt: 5, framesWithFace: 5,
      framesJudged: 5, damagedFromSeconds: nil)
    return finding
  }

  static func crops(_ finding: VideoFinding) -> [AnalysisResult.Crop] {
    finding.faces.flatMap { face in
      face.frames.map { frame in
        AnalysisResult.Crop(
          track: face.track, frame: frame.frame, seconds: frame.seconds,
          probability: frame.probability, transform: [0.5, 0, 10, 20], side: 224,
          heat: .init(width: 1, height: 1, values: [1]))
      }
    }
  }

  static func analysis(
    _ state: Analysis.State, name: String = "clip.mp4", finding: VideoFinding? = nil,
    model: ModelSummary = model, kind: AnalysisResult.Media.Kind = .video,
    preview: AnalysisResult.Media.Preview = .ready
  ) -> Analysis {
    var analysis = Analysis(
      id: id, name: name, bytes: 12_400_000, created: 1_764_516_000, expires: 1_767_108_000)
    analysis.state = state
    if state == .failed { analysis.failure = AnalysisFailure(.unreadable, "it is no video") }
    if let finding {
      analysis.result = AnalysisResult(
        finding: finding, model: model,
        media: .init(kind: kind, type: "video/mp4", isOriginal: true, preview: preview),
        crops: crops(finding))
    }
    return analysis
  }

  static func page(
    _ analysis: Analysis, position: Int? = nil, progress: AnalysisProgress? = nil,
    model: ModelDescription = description
  ) -> String {
    AnalysisPage(
      analysis: analysis, position: position, progress: progress, model: model, isLoggedIn: true
    ).html
  }

  static func home(_ analyses: [Analysis], _ filter: HistoryFilter = HistoryFilter()) -> String {
    HomePage(
      analyses: analyses, filter: filter, model: description,
      limits: .init(maximumBytes: 500_000_000, keptSeconds: 86_400 * 30), isLoggedIn: true
    ).html
  }

  static let fake = finding(.fake, 0.95, faces: [face(0, .fake, 0.95)])
  static let real = finding(.real, 0.04, faces: [face(0, .real, 0.04)])

  /// Every kind of page, with a hostile name wherever there is a name.
  static func allPages(name: String = hostile) -> [String: String] {
    let doubts = Doubt.Code.allCases.map { Doubt($0, "doubt \(name)") }
    let unsound = ModelSummary(
      file: name, verdict: .broken, reason: name, score: .mean, threshold: 0.5, lowerBound: 0.5,
      upperBound: 0.5)
    var two = finding(
      .fake, 0.8, faces: [face(0, .real, 0.1, doubts: doubts), face(1, .fake, 0.9)], remarks: [name]
    )
    two.input = name
    let cannotTell = finding(.cannotTell, 0.5, faces: [], doubts: doubts)
    let still = finding(.real, 0.04, faces: [face(0, .real, 0.04, count: 1)])
    var failed = analysis(.failed, name: name)
    failed.failure = AnalysisFailure(.workerLost, name)
    let facts = ModelDescription(
      summary: unsound, facts: [.init(name: name, value: name)], limits: [name])
    let filter = HistoryFilter(text: name, verdict: .cannotTell, before: name, next: name)
    return [
      "queued": page(analysis(.queued, name: name), position: 2),
      "running": page(analysis(.running, name: name), progress: .init(.judging, share: 0.5)),
      "failed": page(failed),
      "fake": page(analysis(.done, name: name, finding: fake)),
      "two": page(analysis(.done, name: name, finding: two)),
      "cannot tell": page(analysis(.done, name: name, finding: cannotTell)),
      "picture": page(analysis(.done, name: name, finding: still, kind: .picture)),
      "making": page(
        analysis(.done, name: name, finding: real, preview: .making),
        progress: .init(.preview, share: 0.5)),
      "no preview": page(analysis(.done, name: name, finding: real, preview: .failed)),
      "unsound": page(
        analysis(.done, name: name, finding: two, model: unsound), model: facts),
      "no result": page(analysis(.done, name: name)),
      "home": home([failed, analysis(.done, name: name, finding: two)], filter),
      "empty": home([]),
      "login": LoginPage(failed: true, next: "/" + name).html,
      "message": MessagePage(status: 404, title: name, text: name, isLoggedIn: true).html,
    ]
  }
}
