import Testing

@testable import AnalysisServer

@Suite struct ServerTextTests {
  @Test func times() {
    #expect(WallClock.text(0) == "1970-01-01T00:00:00Z")
    #expect(WallClock.text(1_793_000_000.9) == "2026-10-26T07:33:20Z")
  }

  @Test func countersAreInPrometheusText() {
    let counters = ServerCounters()
    counters.countRequest(status: 200)
    counters.countRequest(status: 200)
    counters.countUpload(bytes: 7)
    counters.countEnd("fake", seconds: 1.5)
    let text = counters.text(gauges: [(name: "ready", help: "Whether it is.", value: 1)])
    for line in [
      "deepfake_http_requests_total{status=\"200\"} 2", "deepfake_upload_bytes_total 7",
      "deepfake_analyses_total{outcome=\"fake\"} 1", "deepfake_analysis_seconds_total 1.5",
      "# TYPE deepfake_ready gauge", "deepfake_ready 1.0",
    ] {
      #expect(text.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
  }
}
