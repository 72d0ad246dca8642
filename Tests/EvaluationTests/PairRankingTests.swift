import Contract
import Testing

@testable import Evaluation

struct PairRankingTests {
  private func scored(
    _ name: String, _ label: VideoLabel, _ probability: Double, group: String,
    original: String? = nil
  ) -> VideoPrediction {
    VideoPrediction(
      video: video(name, label, group: group, original: original), frames: 1,
      probability: probability)
  }

  /// Three people with pairs; their shares by hand.
  private var people: [VideoPrediction] {
    [
      // A: one pair right, one wrong: 1/2.
      scored("a", .real, 0.2, group: "A"),
      scored("a1", .fake, 0.9, group: "A", original: "a"),
      scored("a2", .fake, 0.1, group: "A"),
      // B: above one real, equal to the other; with its own original only: (1 + 1/2 + 0) / 3.
      scored("b1", .real, 0.3, group: "B"), scored("b2", .real, 0.7, group: "B"),
      scored("bx", .fake, 0.7, group: "B"),
      scored("by", .fake, 0.6, group: "B", original: "b2"),
      // C: the original isn't measured, so all reals count: 2/2.
      scored("c1", .real, 0.3, group: "C"), scored("c2", .real, 0.2, group: "C"),
      scored("cx", .fake, 0.4, group: "C", original: "nowhere"),
      // There is no real video to compare with.
      scored("d", .real, 0.9, group: "D"), scored("e", .fake, 0.1, group: "E"),
    ]
  }

  @Test func sharesAreThoseByHand() throws {
    let ranking = try #require(PairRanking(people))
    #expect(ranking.people == 3 && ranking.pairs == 2 + 3 + 2)
    #expect(isClose(ranking.share, (0.5 + 0.5 + 1) / 3))
    #expect(ranking.interval == nil)
    let reversed = try #require(PairRanking(people.reversed()))
    #expect(reversed == ranking)
  }

  /// A person with many fakes counts as one.
  @Test func peopleCountAlike() throws {
    let many = (0..<30).map { scored("a-more-\($0)", .fake, 0.05, group: "A") }
    let ranking = try #require(PairRanking(people + many))
    #expect(ranking.pairs == 7 + 30)
    #expect(isClose(ranking.share, (1.0 / 32 + 0.5 + 1) / 3))
  }

  @Test func nothingToCompareIsNil() {
    #expect(PairRanking([]) == nil)
    #expect(
      PairRanking([scored("d", .real, 0.9, group: "D"), scored("e", .fake, 0.1, group: "E")]) == nil
    )
    #expect(PairRanking(people + [scored("n", .fake, .nan, group: "A")]) == nil)
    // The pair is one of the fake's group, although the original is another person's.
    let elsewhere = PairRanking([
      scored("d", .real, 0.2, group: "D"), scored("e", .fake, 0.4, group: "E", original: "d"),
    ])
    #expect(elsewhere?.pairs == 1 && elsewhere?.share == 1)
  }

  /// The interval is that of the mean over resampled people.
  @Test func intervalIsOverPeople() throws {
    // Ten people, six of them right, with very unequal numbers of pairs.
    let videos = (0..<10).flatMap { person in
      [scored("r\(person)", .real, 0.5, group: "p\(person)")]
        + (0...(person * 3)).map {
          scored("f\(person)/\($0)", .fake, person < 6 ? 0.9 : 0.1, group: "p\(person)")
        }
    }
    let ranking = try #require(PairRanking(videos, draws: 2000, seed: 3))
    #expect(ranking.people == 10 && isClose(ranking.share, 0.6))
    let interval = try #require(ranking.interval)
    // The binomial distribution with n = 10 and p = 0.6: P(X <= 2) = 0.012, P(X <= 3) = 0.055;
    // P(X >= 9) = 0.046, P(X >= 10) = 0.006.
    #expect(interval.lower == 0.3 && interval.upper == 0.9)
    #expect(interval.draws == 2000)
    #expect(try #require(PairRanking(videos, draws: 2000, seed: 3)) == ranking)
    #expect(
      try #require(PairRanking(Array(videos.filter { $0.video.group < "p4" }), draws: 50)).interval
        == nil)
  }
}
