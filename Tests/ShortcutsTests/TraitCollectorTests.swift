import Contract
import Foundation
import ShardStore
import ShardStoreFixtures
import TestSupport
import Testing
import TrainingData
import Workers

@testable import Shortcuts

/// Traits collected from a store.
@Suite struct TraitCollectorTests {
  /// What is recorded is known, what isn't is unknown, and the number of workers changes nothing.
  @Test func theStoreIsRead() throws {
    let catalog = try SampleCatalog(directory: TrainingStore.folder)
    let collector = try TraitCollector(catalog, workerCount: 1)
    #expect(collector.chosen == Array(catalog.videos.indices))
    let videos = try collector.collect(collector.chosen, observer: SilentObserver())
    let again = try TraitCollector(catalog, workerCount: 3).collect(
      collector.chosen, observer: SilentObserver())
    #expect(videos == again)
    #expect(videos.map(\.name) == catalog.videos.map(\.name))
    for video in videos {
      #expect(video.traits[.width] == 640 && video.traits[.height] == 480)
      #expect(video.traits[.faceSize] == 200 && video.traits.codec == "drawn")
      #expect(video.traits[.frameRate] == nil && video.traits[.bitsPerPixel] == nil)
      #expect(video.traits[.blackBorder] == 0)
      #expect(video.traits[.brightness].map { (40...220).contains($0) } == true)
    }
    // The mark of the fakes is a pattern of edges.
    let sharpness = Dictionary(grouping: videos, by: \.label)
      .mapValues { $0.compactMap { $0.traits[.sharpness] } }
    let (real, fake) = (
      try #require(sharpness[.real]?.max()), try #require(sharpness[.fake]?.min())
    )
    #expect(fake > real)
  }

  /// An observer sees every video, and may end the work.
  @Test func workIsSeenAndStopped() throws {
    final class Watcher: WorkObserver {
      let seen = Locked((total: 0, done: 0, ended: false))
      let limit: Int
      init(limit: Int) { self.limit = limit }
      func begin(total: Int, unit: String) { seen.withLock { $0.total = total } }
      func advance(to done: Int, detail: String) {
        seen.withLock { $0.done = max($0.done, done) }
      }
      func end() { seen.withLock { $0.ended = true } }
      var shallStop: Bool { seen.withLock { $0.done } >= limit }
    }
    let catalog = try SampleCatalog(directory: TrainingStore.folder)
    let collector = try TraitCollector(catalog, workerCount: 2)
    let watcher = Watcher(limit: .max)
    _ = try collector.collect(collector.chosen, observer: watcher)
    #expect(watcher.seen.withLock { $0 } == (24, 24, true))
    let stopping = Watcher(limit: 3)
    #expect(throws: WorkStopped.self) {
      try collector.collect(collector.chosen, observer: stopping)
    }
    #expect(stopping.seen.withLock { $0.ended && $0.done < 24 })
  }

  /// From many videos a part is taken, with every group as long as there is room.
  @Test func largeStoresAreSampled() {
    // One group of 900, a hundred of two.
    let videos =
      (0..<900).map { ("a\($0)", "large") } + (0..<200).map { ("b\($0)", "small \($0 / 2)") }
    let taken = TraitCollector.spread(videos.map { (name: $0.0, group: $0.1) }, atMost: 250)
    #expect(taken.count == 250 && Set(taken).count == 250)
    #expect(Set(taken.map { videos[$0].1 }).count == 101)
    #expect(taken.count { $0 >= 900 } == 200)
    #expect(taken == TraitCollector.spread(videos.map { (name: $0.0, group: $0.1) }, atMost: 250))
    // More groups than room.
    let few = TraitCollector.spread(videos.map { (name: $0.0, group: $0.1) }, atMost: 40)
    #expect(few.count == 40 && Set(few.map { videos[$0].1 }).count == 40)
    #expect(TraitCollector.spread([(name: "x", group: "y")], atMost: 5) == [0])
  }

  /// A record of a single picture has bits per pixel by its file, one of a video by its stream.
  @Test func bitsPerPixelAreThoseOfStreamOrFile() {
    let video = SyntheticVideos.catalogVideo(0)
    func traits(_ facts: VideoRecord.Facts) -> VideoTraits {
      VideoTraits(.done(video, images: 0, facts: facts))
    }
    let picture = traits(
      VideoRecord.Facts(
        widthPixels: 100, heightPixels: 50, codec: "mjpeg", framesSampled: 1, sourceBytes: 2_500))
    #expect(picture[.bitsPerPixel] == 4)
    let clip = traits(
      VideoRecord.Facts(
        durationSeconds: 8, widthPixels: 100, heightPixels: 50, codec: "h264", framesSampled: 32,
        stream: StreamFacts(framesPerSecond: 25, bitsPerSecond: 250_000), sourceBytes: 250_000))
    #expect(clip[.bitsPerPixel] == 2 && clip[.frameRate] == 25)
    let old = traits(VideoRecord.Facts(framesSampled: 32))
    #expect(old == VideoTraits())
    #expect(traits(VideoRecord.Facts(widthPixels: 0, heightPixels: 0))[.width] == nil)
  }
}
