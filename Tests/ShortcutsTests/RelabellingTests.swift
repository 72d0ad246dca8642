import Contract
import Randomness
import Testing

@testable import Shortcuts

/// How often an audit is wrong: labels that mean nothing, drawn again and again.
@Suite struct RelabellingTests {
  /// The kinds of data.
  enum Kind: String, CaseIterable {
    /// Each person has one real video and one fake.
    case pairs
    /// Each person has one real video and five fakes, as in FaceForensics++; few people.
    case fewPeople
    /// Each person has one label.
    case strangers
    /// Few people, each with one label and several videos.
    case fewStrangers
    /// Some of each.
    case mixture

    var made: MadeVideos {
      switch self {
      case .pairs: MadeVideos(groups: 20)
      case .fewPeople:
        MadeVideos(labels: { _ in [.real, .fake, .fake, .fake, .fake, .fake] }, groups: 5)
      case .strangers: MadeVideos(labels: { [$0 % 2 == 0 ? .real : .fake] }, groups: 40)
      case .fewStrangers:
        MadeVideos(labels: { Array(repeating: $0 % 2 == 0 ? .real : .fake, count: 4) }, groups: 12)
      case .mixture:
        MadeVideos(
          labels: { $0 % 3 == 0 ? [.real, .fake, .fake] : [$0 % 3 == 1 ? .real : .fake] },
          groups: 30)
      }
    }
  }

  /// Fewer than 5% of 200 random relabellings give an alarm; labels are exchanged between groups,
  /// as a permutation test does it.
  @Test(arguments: Kind.allCases)
  func falseAlarmsAreRare(kind: Kind) throws {
    let videos = kind.made.make()
    let isFake = videos.map { $0.label == .fake }
    let names = Set(videos.map(\.group)).sorted()
    let groups = videos.map { names.firstIndex(of: $0.group) ?? 0 }
    let exchange = LabelExchange(groups: groups, groupCount: names.count, isFake: isFake)
    let arrangements = exchange.random(count: 200, seed: 99)
    var alarms = 0
    for (place, labels) in arrangements.enumerated() {
      let relabelled = zip(videos, labels).map { video, fake in
        var video = video
        video.label = fake ? .fake : .real
        return video
      }
      let audit = try ShortcutAudit(relabelled, draws: 200, seed: UInt64(place))
      if audit.outcome == .found { alarms += 1 }
    }
    print("\(kind.rawValue): \(alarms) false alarms in 200")
    #expect(alarms < 10, "\(alarms) of 200")
  }
}
