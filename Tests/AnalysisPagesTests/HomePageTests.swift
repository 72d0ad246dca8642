import Analyses
import AnalysisPages
import Contract
import TestSupport
import Testing

struct HomePageTests {
  @Test func filesAreGivenInWithoutScriptToo() throws {
    let page = Samples.home([])
    let form = try #require(try element("upload-form", of: page))
    #expect(form["action"] == "/analyses")
    #expect(form["method"] == "post")
    #expect(form["enctype"] == "multipart/form-data")
    let input = try #require(try element("file-input", of: page))
    #expect(input["name"] == "file")
    #expect(input["multiple"] != nil)
    #expect(input["data-max-bytes"] == "500000000")
    #expect(page.contains("Up to 500 MB each"))
    #expect(page.contains("deleted after 30 days"))
    #expect(page.contains("id=\"history-empty\""))
  }

  @Test(arguments: [
    (Analysis.State.queued, VideoFinding?.none, "queued", "Waiting"),
    (.running, nil, "running", "Running"),
    (.failed, nil, "failed", "Failed"), (.done, nil, "failed", "Failed"),
    (.done, Samples.fake, "fake", "Manipulated"), (.done, Samples.real, "real", "Real"),
    (.done, Samples.finding(.cannotTell, nil, faces: []), "cannot-tell", "Cannot tell"),
  ])
  func eachOutcomeHasAWord(
    _ state: Analysis.State, _ finding: VideoFinding?, _ name: String, _ word: String
  ) throws {
    let page = Samples.home([Samples.analysis(state, finding: finding)])
    let entry = try #require(
      try outline(page).elements.first { $0.attributes["class"] == "entry" }?.attributes)
    #expect(entry["data-outcome"] == name)
    #expect(entry["data-state"] == state.rawValue)
    #expect(entry["data-analysis"] == Samples.id.description)
    #expect(page.contains("<span class=\"word\">\(word)</span>"))
    #expect(page.contains("href=\"/analyses/\(Samples.id)\""))
    #expect(page.contains("action=\"/analyses/\(Samples.id)/delete\""))
    #expect(page.contains("<time datetime=\"2025-11-30T15:20:00Z\">30 Nov 2025, 15:20 UTC</time>"))
  }

  @Test func theFilterStandsInTheFormAndInTheLinks() throws {
    let filter = HistoryFilter(text: "a b&c=é", verdict: .cannotTell, before: "x", next: "1/2")
    let page = Samples.home([Samples.analysis(.queued)], filter)
    #expect(try element("search", of: page)?["method"] == "get")
    #expect(try element("search-text", of: page)?["value"] == "a b&c=é")
    let selected = try outline(page).elements.first { $0.attributes["selected"] != nil }
    #expect(selected?.attributes["value"] == "cannot-tell")
    let query = "/?q=a%20b%26c%3D%C3%A9&verdict=cannot-tell"
    #expect(try element("older", of: page)?["href"] == query + "&before=1%2F2")
    #expect(try element("newest", of: page)?["href"] == query)
    #expect(try element("clear-search", of: page)?["href"] == "/")
  }

  @Test func aListWithoutMoreHasNoLinks() throws {
    let page = Samples.home([Samples.analysis(.queued)])
    #expect(try element("older", of: page) == nil)
    #expect(try element("newest", of: page) == nil)
    #expect(try element("clear-search", of: page) == nil)
    #expect(Samples.home([], HistoryFilter(text: "x")).contains("No analysis matches."))
  }

  @Test(arguments: [
    (0.0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
    (951_868_799, "2000-02-29T23:59:59Z"),
    (951_868_800, "2000-03-01T00:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
    (253_402_300_799, "9999-12-31T23:59:59Z"),
  ])
  func datesAreThoseOfTheCalendar(_ seconds: Double, _ text: String) {
    var analysis = Samples.analysis(.queued)
    analysis.created = seconds
    #expect(Samples.home([analysis]).contains("datetime=\"\(text)\""))
  }

  @Test(arguments: [-1, .nan, .infinity, 1e300])
  func whatIsNoTimeIsADash(_ seconds: Double) {
    var analysis = Samples.analysis(.queued)
    analysis.created = seconds
    #expect(Samples.home([analysis]).contains("<span class=\"when\">–</span>"))
  }

  @Test(arguments: [
    (999, "999 bytes"), (1000, "1 kB"), (12_400_000, "12.4 MB"), (999_999_999, "1 GB"),
    (2_000_000_000, "2 GB"), (.max, "9223372 TB"), (.min, "0 bytes"),
  ])
  func sizesAreRound(_ bytes: Int, _ text: String) {
    let page = HomePage(
      analyses: [], filter: HistoryFilter(), model: Samples.description,
      limits: .init(maximumBytes: bytes, keptSeconds: nil), isLoggedIn: false
    ).html
    #expect(page.contains("Up to \(text) each"))
    #expect(page.contains("kept until you delete them"))
    #expect(!page.contains("id=\"logout\""))
  }
}
