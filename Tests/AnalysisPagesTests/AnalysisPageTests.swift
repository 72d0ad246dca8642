import Analyses
import AnalysisPages
import Contract
import TestSupport
import Testing

struct AnalysisPageTests {
  private let base = "/api/analyses/\(Samples.id)"

  private func hasRefresh(_ page: String) -> Bool {
    page.contains("<noscript><meta http-equiv=\"refresh\" content=\"2\"/></noscript>")
  }

  @Test func aWaitingOneSaysItsPositionAndComesAgain() throws {
    let page = Samples.page(Samples.analysis(.queued), position: 3)
    #expect(page.contains("number 3 in the queue"))
    #expect(hasRefresh(page))
    #expect(try element("main", of: page)?["data-state"] == "queued")
    #expect(try element("status", of: page)?["role"] == "status")
    #expect(try element("progress", of: page)?["value"] == nil)
    #expect(Samples.page(Samples.analysis(.queued), position: 1).contains("it is the next"))
  }

  @Test func aRunningOneShowsItsStep() throws {
    let page = Samples.page(
      Samples.analysis(.running), progress: AnalysisProgress(.judging, share: 0.4))
    #expect(try element("progress", of: page)?["value"] == "0.400")
    let step = try outline(page).elements.first { $0.attributes["aria-current"] == "step" }
    #expect(step?.attributes["data-step"] == "judging")
    #expect(hasRefresh(page))
  }

  @Test func aShareBeyondAllBoundsIsBounded() throws {
    for (share, value) in [(7.0, "1.000"), (-1, "0.000"), (.nan, "0.000"), (.infinity, "0.000")] {
      let page = Samples.page(
        Samples.analysis(.running), progress: AnalysisProgress(.reading, share: share))
      #expect(try element("progress", of: page)?["value"] == value)
    }
  }

  @Test(arguments: [
    (Samples.fake, "fake", "Manipulated", "95%"), (Samples.real, "real", "Real", "4%"),
  ])
  func anAnswerStandsInWordsAndAsANumber(
    _ finding: VideoFinding, _ name: String, _ word: String, _ number: String
  ) throws {
    let page = Samples.page(Samples.analysis(.done, finding: finding))
    #expect(try element("verdict", of: page)?["data-verdict"] == name)
    #expect(page.contains("\(word)</h2>"))
    #expect(page.contains("<strong id=\"probability\">\(number)</strong>"))
    let chance = number + (name == "fake" ? "" : " manipulated")
    #expect(page.contains("<title>\(word), \(chance): clip.mp4"))
    #expect(!hasRefresh(page))
  }

  @Test(arguments: Doubt.Code.allCases)
  func eachDoubtIsShown(_ code: Doubt.Code) throws {
    let finding = Samples.finding(
      .cannotTell, nil, faces: [], doubts: [Doubt(code, "the reason is \(code.rawValue)")])
    let page = Samples.page(Samples.analysis(.done, finding: finding))
    #expect(page.contains("<li data-doubt=\"\(code.rawValue)\">The reason is \(code.rawValue). "))
    #expect(try element("verdict", of: page)?["data-verdict"] == "cannot-tell")
    #expect(page.contains("Cannot tell</h2>"))
  }

  @Test(arguments: [
    AnalysisFailure.Code.unreadable, .timeLimit, .resourceLimit, .workerLost, .diskFull,
  ])
  func aFailureSaysWhyAndWhatToTry(_ code: AnalysisFailure.Code) throws {
    var analysis = Samples.analysis(.failed)
    analysis.failure = AnalysisFailure(code, "something went wrong")
    let page = Samples.page(analysis)
    #expect(page.contains("Something went wrong."))
    #expect(page.contains("What to try:"))
    #expect(try element("failure", of: page)?["data-failure"] == code.rawValue)
    #expect(try element("player", of: page) == nil)
  }

  @Test func linksAreThoseOfTheServer() throws {
    let page = Samples.page(Samples.analysis(.done, finding: Samples.fake))
    #expect(try element("download-json", of: page)?["href"] == base + "/finding")
    #expect(try element("download-csv", of: page)?["href"] == base + "/table")
    #expect(try element("download-report", of: page)?["href"] == base + "/report")
    #expect(try element("video", of: page)?["src"] == base + "/video")
    let elements = try outline(page).elements
    let forms = elements.filter { $0.name == "form" }.compactMap { $0.attributes["action"] }
    #expect(forms.contains("/analyses/\(Samples.id)/delete"))
    #expect(forms.contains("/logout"))
    let images = elements.filter { $0.name == "img" }.compactMap { $0.attributes["src"] }
    #expect(images.contains(base + "/frames/0.jpg"))
    #expect(images.contains(base + "/frames/0.jpg?heat=1"))
    #expect(images.count == 10)
  }

  @Test func eachJudgedMomentIsALinkIntoTheVideo() throws {
    let page = Samples.page(Samples.analysis(.done, finding: Samples.fake))
    let moments = try outline(page).elements.filter { $0.attributes["class"] == "moment" }
    #expect(
      moments.map { $0.attributes["data-seconds"] } == [
        "0.000", "0.400", "0.800", "1.200", "1.600",
      ])
    #expect(moments[1].attributes["href"] == base + "/video#t=0.400")
    #expect(moments[1].attributes["aria-label"] == "0.4 s: 95%")
  }

  @Test func timesThatAreNoneMakeNoLinks() throws {
    var finding = Samples.fake
    finding.faces[0].frames[2].seconds = nil
    finding.faces[0].frames[3].frame = .max
    finding.faces[0].frames[1].seconds = .infinity
    finding.faces[0].track = .max
    finding.video?.frames = .min
    finding.video?.width = 0
    finding.video?.height = .max
    let page = Samples.page(Samples.analysis(.done, finding: finding))
    #expect(
      try outline(page).elements.allSatisfy { $0.attributes["class"] != "moment" || $0.name == "g" }
    )
  }

  @Test func aPictureHasNoTimeline() throws {
    let page = Samples.page(Samples.analysis(.done, finding: Samples.real, kind: .picture))
    #expect(try element("picture", of: page)?["src"] == base + "/video")
    #expect(try element("video", of: page) == nil)
    #expect(try element("timelines", of: page) == nil)
    #expect(page.contains("the limit below which the model calls a picture real"))
  }

  @Test func aVideoWithoutPreviewHasItsPlaceAndNoLinksIntoIt() throws {
    for preview in [AnalysisResult.Media.Preview.making, .failed] {
      let analysis = Samples.analysis(.done, finding: Samples.fake, preview: preview)
      let page = Samples.page(analysis, progress: AnalysisProgress(.preview, share: 0.25))
      #expect(try element("player", of: page)?["data-preview"] == preview.rawValue)
      #expect(try element("video", of: page) == nil)
      #expect(!page.contains("/video#t="))
      #expect(page.contains("viewBox=\"0 0 640 360\""))
      let value = try element("preview-progress", of: page)?["value"]
      #expect(value == (preview == .making ? "0.250" : nil))
    }
  }

  @Test func theHeatToggleNeedsMaps() throws {
    var analysis = Samples.analysis(.done, finding: Samples.fake)
    #expect(try element("heat-toggle", of: Samples.page(analysis))?["aria-pressed"] == "false")
    for index in analysis.result?.crops.indices ?? 0..<0 {
      analysis.result?.crops[index].heat = nil
    }
    let page = Samples.page(analysis)
    #expect(try element("heat-toggle", of: page) == nil)
    #expect(!page.contains("heat=1"))
  }

  @Test func anUnsoundModelIsSaidOnce() throws {
    let reason = "only 6 people"
    let model = ModelSummary(
      file: "m.pt", verdict: .cannotTell, reason: reason, score: .mean, threshold: 0.5,
      lowerBound: 0.5, upperBound: 0.5)
    var finding = Samples.fake
    finding.remarks = [
      "It isn't known whether this model is a detector: \(reason)", "another remark",
    ]
    let page = Samples.page(
      Samples.analysis(.done, finding: finding, model: model), model: Samples.description(model))
    #expect(page.contains("says a model that isn’t known to be sound"))
    #expect(page.ranges(of: "known whether this model is a detector").count == 1)
    #expect(page.contains("Another remark."))
    #expect(try element("caution", of: page) != nil)
    let sound = Samples.page(Samples.analysis(.done, finding: Samples.fake))
    #expect(try element("caution", of: sound) == nil)
  }

  @Test func anotherModelThanTodaysIsSaid() {
    var other = Samples.model
    other.file = "other.pt"
    let page = Samples.page(Samples.analysis(.done, finding: Samples.fake, model: other))
    #expect(page.contains("The server has another model by now."))
    #expect(!page.contains("ResNet18"))
    #expect(
      Samples.page(Samples.analysis(.done, finding: Samples.fake)).contains("ResNet18 &lt;64&gt;"))
  }

  @Test func nothingIsCertain() {
    for (probability, text) in [(1.0, "over 99%"), (0.0, "under 1%"), (0.994, "99%")] {
      let finding = Samples.finding(.fake, probability, faces: [])
      let page = Samples.page(Samples.analysis(.done, finding: finding))
      #expect(page.contains("<strong id=\"probability\">\(text)</strong>"))
    }
  }

  @Test func numbersNextToTheThresholdAreToldApart() {
    var finding = Samples.finding(.fake, 0.6004, faces: [])
    #expect(
      Samples.page(Samples.analysis(.done, finding: finding)).contains("60.04% is above 60.00%"))
    finding.probability = 0.504
    var model = Samples.model
    (model.lowerBound, model.upperBound) = (0.5, 0.5)
    #expect(
      Samples.page(Samples.analysis(.done, finding: finding, model: model))
        .contains("50.4% is above 50.0%"))
  }

  @Test func manyFacesAreNotAllDrawn() throws {
    let faces = (0..<30).map { Samples.face($0, .real, 0.1) }
    let page = Samples.page(
      Samples.analysis(.done, finding: Samples.finding(.real, 0.1, faces: faces)))
    let outline = try outline(page)
    #expect(outline.elements("figure").filter { $0.attributes["class"] == "timeline" }.count == 8)
    #expect(page.contains("22 faces more are not drawn."))
    #expect(outline.elements("tr").filter { $0.attributes["data-track"] != nil }.count == 30)
  }
}
