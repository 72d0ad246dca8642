import Contract
import Randomness
import Testing
import Workers

@testable import Shortcuts

/// The audit on drawn features with a known planted shortcut.
@Suite struct ShortcutAuditTests {
  /// Fakes were compressed harder: found, by name, with the words and numbers.
  @Test func fewerBitsAreFound() throws {
    let audit = try ShortcutAudit(
      MadeVideos(
        groups: 16,
        plant: { traits, label in
          if label == .fake { traits[.bitsPerPixel] = traits[.bitsPerPixel].map { $0 / 8 } }
        }
      ).make())
    #expect(audit.outcome == .found, "\(audit.reason)")
    #expect(audit.leading == .bitsPerPixel)
    let finding = try #require(audit.finding)
    #expect(finding.hasPrefix("fakes have fewer bits per pixel: median 0.0"), "\(finding)")
    #expect(audit.advice?.contains("re-encode all videos alike") == true)
    #expect(audit.text.contains("SHORTCUT: fakes have fewer bits per pixel"))
    #expect(audit.warning?.contains("To remove it: re-encode") == true)
  }

  /// A shortcut planted in any feature is found, and told apart from the others.
  @Test(arguments: ShortcutFeature.numeric)
  func eachFeatureIsFound(feature: ShortcutFeature) throws {
    let audit = try ShortcutAudit(
      MadeVideos(
        seed: 3, groups: 14,
        plant: { traits, label in
          guard label == .real else { return }
          switch feature {
          case .width, .height, .frameRate, .bitsPerPixel, .duration, .faceSize:
            traits[feature] = traits[feature].map { $0 * 20 }
          default: traits[feature] = traits[feature].map { $0 + 20 }
          }
        }
      ).make(), draws: 300)
    #expect(audit.outcome == .found, "\(audit.reason)")
    #expect(audit.leading == feature)
  }

  /// Other codecs are a shortcut too; all real videos have one that half of the fakes have.
  @Test func codecsAreFound() throws {
    let audit = try ShortcutAudit(
      MadeVideos(
        groups: 20,
        plant: { traits, label in
          let isOdd = Int(traits[.duration] ?? 0) % 8 != 0
          traits.codec = label == .fake && isOdd ? "vp9" : "h264"
        }
      ).make())
    #expect(audit.outcome == .found, "\(audit.reason)")
    #expect(audit.leading == .codec)
    #expect(audit.finding?.contains("real h264 100%") == true, "\(audit.finding ?? "")")
  }

  /// Features that say nothing alone, but much together: the joint probe finds the difference of
  /// two.
  @Test func whatTwoFeaturesTellTogetherIsFound() throws {
    let audit = try ShortcutAudit(
      MadeVideos(
        groups: 40,
        plant: { traits, label in
          let blue = 12 * (traits[.blueTint] ?? 0)
          traits[.blueTint] = blue
          traits[.redTint] = blue + (label == .fake ? 4 : -4) + (traits[.redTint] ?? 0)
        }
      ).make())
    #expect(audit.outcome == .found, "\(audit.reason)")
    let single = audit.features.compactMap { $0.area?.auc }.max() ?? 0
    let together = try #require(audit.together.auc)
    #expect(together > 0.85, "\(together)")
    #expect(single < 0.75, "\(single)")
    #expect([.blueTint, .redTint].contains(audit.leading))
  }

  /// Few people with many videos each, five of them: the videos decide, and every group must agree.
  @Test func fewGroupsMayDecideByTheirVideos() throws {
    let labels = [VideoLabel.real, .fake, .fake, .real, .fake, .fake]
    var made = MadeVideos(labels: { _ in labels }, groups: 5)
    made.plant = { traits, label in
      traits[.bitsPerPixel] =
        label == .fake ? traits[.bitsPerPixel].map { $0 / 20 } : traits[.bitsPerPixel]
    }
    let audit = try ShortcutAudit(made.make())
    #expect(audit.outcome == .found, "\(audit.reason)")
    #expect(audit.reason.contains("few groups of people"))
    // One group contradicts: the audit can't tell.
    let contradicted = made.make().map { video in
      var video = video
      if video.group == "person 0" { video.label = video.label == .real ? .fake : .real }
      return video
    }
    #expect(try ShortcutAudit(contradicted).outcome != .found)
  }

  /// Each person has one label and there are few: no statistics can tell.
  @Test func aHandfulOfPeopleCannotTell() throws {
    var made = MadeVideos(labels: { [$0 < 3 ? .real : .fake] }, groups: 6)
    made.plant = { traits, label in traits[.width] = label == .fake ? 400 : 1280 }
    let audit = try ShortcutAudit(made.make())
    #expect(audit.outcome == .cannotTell)
    #expect(audit.reason.contains("3 groups of people with real"), "\(audit.reason)")
    made.labels = { _ in [.real] }
    let real = try ShortcutAudit(made.make())
    #expect(real.outcome == .cannotTell)
    #expect(real.reason == "the videos are all real")
  }

  /// Unknown numbers are no feature: neither if all are unknown, nor if those of real videos are,
  /// nor if some of either are.
  @Test func whatIsUnknownIsNoShortcut() throws {
    let old = try ShortcutAudit(
      MadeVideos(
        groups: 16,
        plant: { traits, _ in
          for feature in ShortcutFeature.allCases { traits[feature] = nil }
          traits.codec = nil
        }
      ).make())
    #expect(old.outcome == .none)
    #expect(old.features.allSatisfy { $0.area == nil && $0.unknown == 32 })
    #expect(old.text.contains("32"))
    let half = try ShortcutAudit(
      MadeVideos(
        groups: 16,
        plant: { traits, label in
          if label == .real { traits[.bitsPerPixel] = nil }
        }
      ).make())
    #expect(half.outcome == .none)
    #expect(half.features.first { $0.feature == .bitsPerPixel }?.area == nil)
    // Nearly half of the fakes are unknown, and get the mean: neither low nor high.
    var videos = MadeVideos(groups: 16).make()
    for place in videos.indices.filter({ videos[$0].label == .fake }).prefix(7) {
      videos[place].traits[.bitsPerPixel] = nil
    }
    let some = try ShortcutAudit(videos)
    #expect(some.outcome == .none, "\(some.reason)")
    let bits = try #require(some.features.first { $0.feature == .bitsPerPixel })
    #expect(bits.unknown == 7)
    #expect(try #require(bits.area?.auc) < 0.65)
  }

  /// The order of the videos and the number of workers change nothing.
  @Test func theResultIsAFunctionOfTheVideos() throws {
    let videos = MadeVideos(
      groups: 14,
      plant: { traits, label in
        if label == .fake { traits[.sharpness] = (traits[.sharpness] ?? 0) - 2 }
      }
    ).make()
    let one = try ShortcutAudit(videos, draws: 100, workerCount: 1)
    let other = try ShortcutAudit(videos.reversed(), draws: 100, workerCount: 3)
    #expect(one == other)
    #expect(one.outcome == .found)
  }

  /// An observer may end it.
  @Test func anObserverStopsIt() throws {
    struct Stopping: WorkObserver {
      func begin(total: Int, unit: String) {}
      func advance(to done: Int, detail: String) {}
      func end() {}
      var shallStop: Bool { true }
    }
    let videos = MadeVideos(
      groups: 14,
      plant: { traits, label in
        if label == .fake { traits[.sharpness] = -20 }
      }
    ).make()
    #expect(throws: WorkStopped.self) { try ShortcutAudit(videos, observer: Stopping()) }
  }

  /// People, sizes and codecs with one label only are counted.
  @Test func whatHasOneLabelOnlyIsCounted() throws {
    var videos = MadeVideos(labels: { $0 < 4 ? [.real] : [.real, .fake] }, groups: 8).make()
    for place in videos.indices {
      videos[place].dataset = videos[place].label == .real ? "A" : "B"
      videos[place].traits[.width] = place == 0 ? 100 : 640
      videos[place].traits[.height] = 480
    }
    let shares = OneLabelShare.all(videos)
    let people = try #require(shares.first { $0.property == "people" })
    #expect(people.values == 8 && people.realOnly == 4 && people.fakeOnly == 0)
    #expect(people.share == 4.0 / 12)
    let datasets = try #require(shares.first { $0.property == "data sets" })
    #expect(datasets.share == 1)
    #expect(datasets.examples == ["A (real 8)", "B (fake 4)"])
    let sizes = try #require(shares.first { $0.property == "sizes" })
    #expect(sizes.values == 2 && sizes.realOnly == 1 && sizes.realVideos == 1)
    #expect(sizes.examples == ["100x480 (real 1)"])
  }
}
