import Contract
import Foundation
import Imaging
import ShardStore
import ShardStoreFixtures
import TestSupport
import Testing
import TrainingData
import Workers

@testable import Shortcuts

/// `inspect --shortcuts` as a user runs it, on stores that need no clips.
@Suite struct ShortcutCommandTests {
  /// The part of the output that is looked at.
  struct Inspection: Decodable {
    var shortcuts: ShortcutAudit?
  }

  static func inspect(_ store: String) throws -> (outcome: BuiltExecutable.Outcome, ShortcutAudit) {
    let outcome = try BuiltExecutable.run(["inspect", store, "--shortcuts", "--json", "-"])
    let found = try JSONDecoder().decode(Inspection.self, from: Data(outcome.output.utf8))
    return (outcome, try #require(found.shortcuts, "\(outcome.output) \(outcome.errors)"))
  }

  /// The drawn store's fakes carry a mark that makes them sharper: the command says so, in text and as
  /// JSON, and by its exit code.
  @Test func aMarkIsFoundAndSaid() throws {
    let (outcome, audit) = try Self.inspect(TrainingStore.folder)
    #expect(outcome.status == 3)
    #expect(audit.outcome == .found)
    let text = try BuiltExecutable.run(["inspect", TrainingStore.folder, "--shortcuts"])
    #expect(text.status == 3)
    #expect(text.output.contains("SHORTCUT: fakes have "), "\(text.output)")
    #expect(text.output.contains("one label only"))
    let words = text.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("To remove it: "))
    // Nobody asked: nothing is looked for.
    let without = try BuiltExecutable.run(["inspect", TrainingStore.folder])
    #expect(without.status == 0)
    #expect(!without.output.contains("SHORTCUT"))
  }

  /// Without the mark nothing is found.
  @Test func withoutAMarkNothingIsFound() throws {
    try withTemporaryDirectory { folder in
      let store = folder.path(of: "store")
      try TrainingStore.make(
        store,
        TrainingStore.Plan(
          groups: 24, labels: { $0 % 2 == 0 ? [.real] : [.fake] }, isLearnable: false))
      let (outcome, audit) = try Self.inspect(store)
      #expect(outcome.status == 0, "\(audit.reason)")
      #expect(audit.outcome == .none)
      // The record has no frame rate and no bit rate: unknown.
      let rate = try #require(audit.features.first { $0.feature == .frameRate })
      #expect(rate.unknown == 24 && rate.area == nil)
    }
  }

  /// A store of the first format records less: what it lacks is unknown, and no error.
  @Test func anOldStoreIsRead() throws {
    try withTemporaryDirectory { folder in
      let (outcome, audit) = try Self.inspect(try Version1.copy("store", into: folder))
      #expect([0, 3, 4].contains(outcome.status))
      let bits = try #require(audit.features.first { $0.feature == .bitsPerPixel })
      #expect(bits.unknown == audit.realVideos + audit.fakeVideos)
    }
  }
}

/// Shortcuts planted in real footage are found; where there is none, none is.
@Suite(
  .serialized,
  .enabled(if: SharedData.isPresent, "needs ../shared/data"),
  .enabled(
    if: BuiltExecutable.hasWeights, "weights/ is missing; scripts/test or scripts/demo fetches it"))
struct PlantedShortcutTests {
  typealias Clip = ShortcutClips.Clip

  /// Writes, extracts and inspects clips.
  private func audit(
    _ clips: [Clip], in folder: TemporaryDirectory, _ name: String,
    form: (Clip) -> ShortcutClips.Form = { _ in ShortcutClips.Form() }
  ) throws -> (status: Int32, ShortcutAudit) {
    let input = folder.path(of: name)
    let store = folder.path(of: name + "-store")
    try ShortcutClips.write(clips, to: input, form)
    let outcome = try ShortcutClips.extract(input, to: store)
    #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    let (inspected, audit) = try ShortcutCommandTests.inspect(store)
    print("\(name): \(audit.text)")
    return (inspected.status, audit)
  }

  /// All clips made anew alike: whatever is found after planting was planted.
  @Test func clipsMadeAlikeAreSilent() throws {
    #expect(ShortcutClips.clips.count { $0.label == .real } == 8)
    #expect(ShortcutClips.clips.count { $0.label == .fake } == 32)
    try withTemporaryDirectory { folder in
      let (status, audit) = try audit(ShortcutClips.clips, in: folder, "alike")
      #expect(status == 0 && audit.outcome == .none, "\(audit.reason)")
    }
  }

  /// All fakes were compressed anew, harder. What the audit advises, to re-encode all alike, takes the
  /// shortcut out.
  @Test func harderCompressionOfFakesIsFound() throws {
    try withTemporaryDirectory { folder in
      let (status, found) = try audit(
        ShortcutClips.clips, in: folder, "compressed",
        form: { clip in
          ShortcutClips.Form(constantRateFactor: clip.label == .fake ? 34 : 18)
        })
      #expect(status == 3 && found.outcome == .found, "\(found.reason)")
      #expect(found.leading == .bitsPerPixel)
      #expect(found.finding?.hasPrefix("fakes have fewer bits per pixel") == true)
      #expect(found.advice?.contains("re-encode all videos alike") == true)
      let again = try ShortcutClips.clips.map { clip in
        var clip = clip
        clip.pictures = try ShortcutClips.pictures(
          of: folder.path(of: "compressed/" + clip.name), shortSide: nil)
        return clip
      }
      let (_, after) = try audit(
        again, in: folder, "re-encoded",
        form: { _ in ShortcutClips.Form(constantRateFactor: 38) })
      #expect(after.outcome == .none, "\(after.reason)")
    }
  }

  /// All real clips are of another size.
  @Test func anotherSizeOfRealsIsFound() throws {
    try withTemporaryDirectory { folder in
      let clips = ShortcutClips.clips.map { clip in
        var clip = clip
        if clip.label == .real {
          clip.pictures = clip.pictures.map {
            $0.resized(width: $0.width * 2 / 3 / 2 * 2, height: $0.height * 2 / 3 / 2 * 2)
          }
        }
        return clip
      }
      let (status, audit) = try audit(clips, in: folder, "smaller")
      #expect(status == 3 && audit.outcome == .found, "\(audit.reason)")
      #expect([.width, .height, .faceSize].contains(audit.leading))
      let sizes = try #require(audit.oneLabel.first { $0.property == "sizes" })
      #expect(sizes.share == 1)
    }
  }

  /// One label has black borders that reach into the crops.
  @Test(arguments: VideoLabel.allCases)
  func blackBordersOfOneLabelAreFound(label: VideoLabel) throws {
    try withTemporaryDirectory { folder in
      // Where the faces are tells the store of the clips without borders.
      let input = folder.path(of: "plain")
      let store = folder.path(of: "plain-store")
      try ShortcutClips.write(ShortcutClips.clips, to: input) { _ in ShortcutClips.Form() }
      #expect(try ShortcutClips.extract(input, to: store).status == 0)
      var boxes: [String: [Int: SampleRecord.Box]] = [:]
      for sample in try ShardReader(directory: store).samples() {
        boxes[sample.record.video, default: [:]][sample.record.frame] = sample.record.box
      }
      let clips = ShortcutClips.clips.map { clip in
        var clip = clip
        guard clip.label == label else { return clip }
        for (frame, box) in boxes[clip.name] ?? [:] where frame < clip.pictures.count {
          clip.pictures[frame] = clip.pictures[frame].framedInBlack(around: box)
        }
        return clip
      }
      let (status, audit) = try audit(clips, in: folder, "borders of \(label.rawValue)")
      #expect(status == 3 && audit.outcome == .found, "\(audit.reason)")
      #expect(audit.leading == .blackBorder)
    }
  }

  /// The paired clips as they are published: silent, and silent whatever their labels are.
  @Test func thePairedClipsAreSilent() throws {
    try withTemporaryDirectory { folder in
      let input = folder.path(of: "clips")
      for name in ShortcutClips.names {
        let path = input + "/" + name
        try FileManager.default.createDirectory(
          at: URL(fileURLWithPath: path).deletingLastPathComponent(),
          withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
          atPath: path, withDestinationPath: #require(ShortcutClips.source).path + "/" + name)
      }
      let store = folder.path(of: "store")
      #expect(try ShortcutClips.extract(input, to: store).status == 0)
      let (outcome, audit) = try ShortcutCommandTests.inspect(store)
      print("published: \(audit.text)")
      #expect(outcome.status == 0 && audit.outcome == .none, "\(audit.reason)")
      let collector = try TraitCollector(SampleCatalog(directory: store))
      let videos = try collector.collect(collector.chosen, observer: SilentObserver())
      let alarms = try Relabelling.falseAlarms(videos, count: 200)
      print("published: \(alarms) false alarms in 200 relabellings")
      #expect(alarms < 10)
    }
  }
}

/// Random labels that mean nothing.
enum Relabelling {
  static func falseAlarms(_ videos: [AuditedVideo], count: Int) throws -> Int {
    let names = Set(videos.map(\.group)).sorted()
    let exchange = LabelExchange(
      groups: videos.map { names.firstIndex(of: $0.group) ?? 0 }, groupCount: names.count,
      isFake: videos.map { $0.label == .fake })
    return try exchange.random(count: count, seed: 99).enumerated().count { place, labels in
      let relabelled = zip(videos, labels).map { video, isFake in
        var video = video
        video.label = isFake ? .fake : .real
        return video
      }
      return try ShortcutAudit(relabelled, draws: 200, seed: UInt64(place)).outcome == .found
    }
  }
}

extension PixelBuffer {
  /// The picture with everything black but the face and a little around it.
  fileprivate func framedInBlack(around box: SampleRecord.Box) -> PixelBuffer {
    let margin = 0.06 * max(box.width, box.height)
    let (left, right) = (Int(box.x - margin), Int(box.x + box.width + margin))
    let (top, bottom) = (Int(box.y - margin), Int(box.y + box.height + margin))
    var picture = self
    for y in 0..<height {
      for x in 0..<width where x < left || x > right || y < top || y > bottom {
        picture[x, y] = SIMD4(0, 0, 0, 255)
      }
    }
    return picture
  }
}
