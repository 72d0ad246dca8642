import Testing

@testable import MediaDecoding

/// Planning what is decoded.
@Suite struct DecodingPlanTests {
  /// Entries in decoding order: `K` random access, `P`, `b` disposable; each with its time.
  private func entries(_ pictures: [(Character, Int64)]) -> [PacketEntry] {
    pictures.map { kind, pts in
      PacketEntry(
        pts: pts, duration: 1, isRandomAccess: kind == "K", isDisposable: kind == "b",
        isHidden: false)
    }
  }

  private func sent(_ plan: DecodingPlan) -> [Int] {
    plan.isSent.indices.filter { plan.isSent[$0] }
  }

  /// Nothing before the last random access point and nothing after the picture is sent.
  @Test func severalGroups() {
    let list = entries([("K", 0), ("P", 1), ("P", 2), ("K", 3), ("P", 4), ("P", 5), ("K", 6)])
    #expect(sent(DecodingPlan.needed(for: [4], in: list)) == [0, 3, 4])
    #expect(sent(DecodingPlan.needed(for: [1, 6], in: list)) == [0, 1, 6])
    #expect(sent(DecodingPlan.needed(for: [2, 5], in: list)) == [0, 1, 2, 3, 4, 5])
    #expect(sent(DecodingPlan.needed(for: [], in: list)) == [0])
    #expect(sent(DecodingPlan.needed(for: [], in: [])) == [])
  }

  /// A leading picture needs the group before its random access point.
  @Test func leadingPictures() {
    // I0 P3 b1 b2 | I6 b4 b5 P8 b7
    let list = entries([
      ("K", 0), ("P", 3), ("b", 1), ("b", 2), ("K", 6), ("b", 4), ("b", 5), ("P", 8), ("b", 7),
    ])
    #expect(sent(DecodingPlan.needed(for: [6], in: list)) == [0, 1, 2, 3, 4, 5, 6])
    #expect(sent(DecodingPlan.needed(for: [8], in: list)) == [0, 4, 5, 6, 7, 8])
    let plan = DecodingPlan.needed(for: [6, 8], in: list)
    #expect(sent(plan) == Array(0...8))
    #expect(plan.mayDrop == [false, false, true, true, false, true, false, false, false])
  }

  /// A stream that doesn't begin with a random access point is decoded from its start.
  @Test func brokenStart() {
    let list = entries([("P", 0), ("P", 1), ("K", 2), ("P", 3)])
    #expect(sent(DecodingPlan.needed(for: [1], in: list)) == [0, 1])
    #expect(sent(DecodingPlan.needed(for: [3], in: list)) == [0, 2, 3])
  }

  /// The index knows presentation order, distinct times and reordering.
  @Test func index() {
    var index = PacketIndex()
    let traits = PictureTraits()
    for pts: Int64 in [0, 4, 2, 1, 3] { index.append(pts: pts, traits) }
    index.append(pts: 5, isCutAway: true, traits)
    index.append(pts: 5, PictureTraits(isShown: false))
    index.finish()
    #expect(index.presentationOrder == [0, 3, 2, 4, 1])
    #expect(index.hasDistinctTimes)
    #expect(index.reorderDepth == 2)
    index.append(pts: 3, traits)
    #expect(!index.hasDistinctTimes)
    index.append(pts: nil, traits)
    #expect(!index.hasDistinctTimes)
  }

  /// A picture is disposable only in the highest temporal layer.
  @Test func temporalLayers() {
    var index = PacketIndex()
    for layer in [0, 1, 2] {
      index.append(pts: Int64(layer), PictureTraits(isDisposable: true, temporalLayer: layer))
    }
    index.finish()
    #expect(index.entries.map(\.isDisposable) == [false, false, true])
  }

  /// After parameters in the middle only self-contained pictures are random access points.
  @Test func laterParameters() {
    var index = PacketIndex()
    let first = PictureTraits(isRandomAccess: true, hasParameters: true, isSelfContained: true)
    let plain = PictureTraits(isRandomAccess: true)
    let partial = PictureTraits(isRandomAccess: true, hasParameters: true)
    for (pts, traits) in [first, plain, partial, plain, first, plain].enumerated() {
      index.append(pts: Int64(pts), traits)
    }
    #expect(index.entries.map(\.isRandomAccess) == [true, true, true, false, true, false])
  }
}
