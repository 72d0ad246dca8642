import Analyses
import AnalysisStore
import Contract
import Foundation
import Testing

/// A data folder that is removed at the end.
private final class Folder {
  let path = NSTemporaryDirectory() + "analysis-store-" + UUID().uuidString

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes an upload to its path, as the server does before it adds the analysis.
  func upload(_ name: String, to store: AnalysisStore, created: Double = 1) throws -> Analysis {
    let analysis = Analysis(id: AnalysisID(), name: name, bytes: 3, created: created, expires: nil)
    try Data("abc".utf8).write(to: URL(fileURLWithPath: store.incoming(analysis.id)))
    return analysis
  }
}

@Suite struct AnalysisStoreTests {
  private let folder = Folder()

  @Test func theOldestIsClaimedFirstAndOnce() async throws {
    let store = try AnalysisStore(path: folder.path)
    for (name, created) in [("b", 2.0), ("a", 1.0), ("c", 3.0)] {
      try await store.add(folder.upload(name, to: store, created: created))
    }
    var names: [String] = []
    while let analysis = try await store.claim(at: 10) {
      #expect(analysis.state == .running && analysis.started == 10 && analysis.attempts == 1)
      names.append(analysis.name)
    }
    #expect(names == ["a", "b", "c"])
    #expect(try await store.counts() == [.running: 3])
  }

  @Test func claimsAtTheSameTimeDontShare() async throws {
    let store = try AnalysisStore(path: folder.path)
    for index in 0..<20 {
      try await store.add(folder.upload("\(index)", to: store, created: Double(index)))
    }
    let claimed = try await withThrowingTaskGroup(of: [AnalysisID].self) { group in
      for _ in 0..<4 {
        group.addTask {
          var ids: [AnalysisID] = []
          while let analysis = try await store.claim(at: 1) { ids.append(analysis.id) }
          return ids
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(claimed.count == 20 && Set(claimed).count == 20)
  }

  @Test func resultsComeBackWhole() async throws {
    let store = try AnalysisStore(path: folder.path)
    var analysis = try folder.upload("clip", to: store)
    try await store.add(analysis)
    analysis.state = .done
    analysis.result = Self.result("clip", verdict: .fake)
    #expect(try await store.update(analysis))
    #expect(try await store.analysis(analysis.id) == analysis)
    let listed = try #require(try await store.search(AnalysisQuery()).first)
    #expect(listed.result?.finding == analysis.result?.finding && listed.result?.crops == [])
  }

  @Test func aProcessThatWasKilledLosesNothing() async throws {
    var store: AnalysisStore? = try AnalysisStore(path: folder.path)
    let first = try #require(store)
    let queued = try folder.upload("queued", to: first, created: 1)
    var making = try folder.upload("making", to: first, created: 2)
    let half = try folder.upload("half", to: first)
    try await first.add(queued)
    try await first.add(making)
    _ = try await first.claim(at: 5)
    making.state = .done
    making.result = Self.result("making", verdict: .real, preview: .making)
    try await first.update(making)
    let stray = first.folder(AnalysisID())
    try FileManager.default.createDirectory(
      atPath: stray, withIntermediateDirectories: false)
    store = nil
    _ = consume first

    let second = try AnalysisStore(path: folder.path)
    #expect(try await second.recover() == 1)
    let back = try #require(try await second.analysis(queued.id))
    #expect(back.state == .queued && back.attempts == 0)
    #expect(try await second.analysis(making.id)?.result?.media.preview == .failed)
    #expect(!FileManager.default.fileExists(atPath: second.incoming(half.id)))
    #expect(!FileManager.default.fileExists(atPath: stray))
    #expect(
      FileManager.default.fileExists(atPath: second.folder(queued.id) + "/upload"))
  }

  @Test func twoServersDontShareAFolder() throws {
    let store = try AnalysisStore(path: folder.path)
    let error = #expect(throws: AnalysisStoreError.self) { try AnalysisStore(path: store.path) }
    #expect(error?.code == .inUse)
  }

  @Test func aFolderThatCantBeMadeIsNamed() {
    let error = #expect(throws: AnalysisStoreError.self) {
      try AnalysisStore(path: "/proc/nothing")
    }
    #expect(error?.code == .unusable && error?.message.contains("/proc/nothing") == true)
  }

  @Test func deletionTakesTheFilesAlong() async throws {
    let store = try AnalysisStore(path: folder.path)
    let analysis = try folder.upload("clip", to: store)
    try await store.add(analysis)
    #expect(try await store.delete(analysis.id))
    #expect(!FileManager.default.fileExists(atPath: store.folder(analysis.id)))
    #expect(try await !store.delete(analysis.id))
    #expect(try await !store.update(analysis))
  }

  /// A worker that ends shortly after the deletion may have written files in between.
  @Test func whatIsWrittenAfterADeletionGoes() async throws {
    let store = try AnalysisStore(path: folder.path)
    let gone = try folder.upload("gone", to: store)
    let kept = try folder.upload("kept", to: store)
    try await store.add(gone)
    try await store.add(kept)
    _ = try await store.delete(gone.id)
    for id in [gone.id, kept.id] {
      try FileManager.default.createDirectory(
        atPath: store.folder(id) + "/frames", withIntermediateDirectories: true)
      await store.removeOrphanedFiles(id)
    }
    #expect(!FileManager.default.fileExists(atPath: store.folder(gone.id)))
    #expect(FileManager.default.fileExists(atPath: store.folder(kept.id) + "/frames"))
  }

  @Test func onlyEndedAnalysesExpire() async throws {
    let store = try AnalysisStore(path: folder.path)
    var ids: [AnalysisID] = []
    for state in [Analysis.State.queued, .done, .failed] {
      var analysis = try folder.upload(state.rawValue, to: store)
      analysis.expires = 100
      try await store.add(analysis)
      analysis.state = state
      try await store.update(analysis)
      if state != .queued { ids.append(analysis.id) }
    }
    #expect(try await store.expired(at: 100).isEmpty)
    #expect(Set(try await store.expired(at: 101)) == Set(ids))
  }

  @Test func searchTakesWordsAsTheyAre() async throws {
    let store = try AnalysisStore(path: folder.path)
    for name in ["100% real.mp4", "1000 real.mp4", "a_b.mp4", "axb.mp4", "C:\\x.mp4"] {
      try await store.add(folder.upload(name, to: store))
    }
    func found(_ text: String) async throws -> Set<String> {
      var query = AnalysisQuery()
      query.text = text
      return Set(try await store.search(query).map(\.name))
    }
    #expect(try await found("100%") == ["100% real.mp4"])
    #expect(try await found("a_b") == ["a_b.mp4"])
    #expect(try await found("\\x") == ["C:\\x.mp4"])
    #expect(try await found("REAL 100") == ["100% real.mp4", "1000 real.mp4"])
    #expect(try await found("nothing").isEmpty)
  }

  @Test func pagesAreComplete() async throws {
    let store = try AnalysisStore(path: folder.path)
    // Several with the same time, which the cursor must distinguish.
    for index in 0..<11 {
      try await store.add(folder.upload("\(index)", to: store, created: Double(index / 4)))
    }
    var query = AnalysisQuery()
    query.limit = 3
    var names: [String] = []
    while true {
      let page = try await store.search(query)
      names += page.map(\.name)
      guard let last = page.last else { break }
      let cursor = AnalysisQuery.Cursor(last)
      #expect(AnalysisQuery.Cursor(cursor.description) == cursor)
      query.before = cursor
    }
    #expect(Set(names).count == 11 && names.count == 11)
  }

  private static func result(
    _ name: String, verdict: VideoVerdict, preview: AnalysisResult.Media.Preview = .ready
  ) -> AnalysisResult {
    var finding = VideoFinding(input: name)
    finding.verdict = verdict
    finding.probability = 0.75
    let model = ModelSummary(
      file: "model.pt", verdict: nil, reason: nil, score: .mean, threshold: 0.5, lowerBound: 0.4,
      upperBound: 0.6)
    return AnalysisResult(
      finding: finding, model: model,
      media: .init(kind: .video, type: "video/mp4", isOriginal: true, preview: preview),
      crops: [
        .init(
          track: 0, frame: 1, seconds: 0.5, probability: 0.75, transform: [1, 0, 2, 3], side: 144,
          heat: .init(width: 1, height: 2, values: [0.5, -1]))
      ])
  }
}
