import Contract
import Randomness
import Testing
import VideoCatalog

@testable import TrainingData

/// How much of a store an epoch reads again, because the page cache doesn't hold it any more.
@Suite struct LocalityTests {
  /// The pages on which LMDB puts a sample: JPEG files have pages of their own, records and keys
  /// share leaf pages in the order of names.
  private struct Pages {
    static let imagePages = 4
    static let recordsPerPage = 9
    static let keysPerPage = 60

    private var firstOfVideo: [Int] = []

    /// - Parameter videos: indices and shards as in a catalog.
    init(_ videos: [SampleCatalog.Video]) {
      var counts: [Int: Int] = [:]
      for video in videos {
        firstOfVideo.append(counts[video.shard, default: 0])
        counts[video.shard, default: 0] += video.samples.count
      }
    }

    func pages(of number: Int, _ video: Int, _ shard: Int) -> [Int] {
      let place = firstOfVideo[video] + number
      func page(_ kind: Int, _ index: Int) -> Int { (shard << 3 | kind) << 32 | index }
      return [page(5, place / Self.recordsPerPage), page(6, place / Self.keysPerPage)]
        + (0..<Self.imagePages).map { page($0, place) }
    }
  }

  /// Number of pages that an epoch reads with a cache of some pages that evicts the least recently
  /// used one.
  private static func reads(
    _ order: EpochOrder, _ videos: [SampleCatalog.Video], cache: Int
  ) -> Int {
    let pages = Pages(videos)
    let videoOfSample = videos.indices.flatMap { index in videos[index].samples.map { _ in index } }
    var (reads, clock, head): (Int, Int, Int) = (0, 0, 0)
    var lastUse: [Int: Int] = [:]
    var uses: [Int] = []
    for sample in order.samples(inEpoch: 1) {
      let video = videoOfSample[Int(sample)]
      let number = Int(sample) - videos[video].samples.lowerBound
      for page in pages.pages(of: number, video, videos[video].shard) {
        if lastUse[page] == nil { reads += 1 }
        lastUse[page] = clock
        uses.append(page)
        clock += 1
        while lastUse.count > cache {
          if lastUse[uses[head]] == head { lastUse[uses[head]] = nil }
          head += 1
        }
      }
    }
    return reads
  }

  /// The shard, of `shards`, that gets a video, by the video's index in the order of names.
  enum Dealing: String, CaseIterable {
    /// One extraction in the order of names.
    case inOrder
    /// Several extractions at once, each with every fourth video.
    case interleaved
    /// No order at all.
    case random
  }

  /// A window is a sixth of the data: the caches are a third of a window, a little more than one,
  /// and three of them.
  @Test(arguments: Dealing.allCases, [0.05, 0.2, 0.5])
  func anEpochReadsHardlyMoreThanWithWindowsOfShards(dealing: Dealing, cacheShare: Double) throws {
    let (count, shards, faces) = (3840, 96, 8)
    var random = RandomStream(seed: 3, .check)
    let dealt = (0..<count).map { index in
      switch dealing {
      case .inOrder: index * shards / count
      case .interleaved: index % 4 * (shards / 4) + index / 4 * (shards / 4) / (count / 4)
      case .random: random.below(shards)
      }
    }
    func videos(_ order: [Int]) -> [SampleCatalog.Video] {
      order.enumerated().map { position, index in
        video(
          "v\(index)", index % 2 == 0 ? .real : .fake, group: "g", shard: dealt[index],
          samples: position * faces..<(position + 1) * faces)
      }
    }
    let byName = videos(Array(0..<count))
    let byShard = videos((0..<count).sorted { (dealt[$0], $0) < (dealt[$1], $1) })
    var settings = EpochOrder.Settings()
    settings.balance = .none
    // As many videos as 16 shards have.
    settings.shuffleVideos = 16 * count / shards
    let old = try EpochOrder(
      videos: byShard, chosen: Array(0..<count), shardCount: shards, settings: settings)
    let new = try EpochOrder(
      videos: byName, chosen: Array(0..<count), shardCount: nil, settings: settings)
    let cache = Int(Double(count * faces * Pages.imagePages) * cacheShare)
    let (before, after) = (
      Self.reads(old, byShard, cache: cache), Self.reads(new, byName, cache: cache)
    )
    let ratio = Double(after) / Double(before)
    #expect(ratio <= 1.2, "\(after) pages instead of \(before), ratio \(ratio)")
    // With a small cache, a shuffle of all samples would read more.
    guard cacheShare < 0.5 else { return }
    settings.shuffleVideos = count
    let mixed = try EpochOrder(
      videos: byName, chosen: Array(0..<count), shardCount: nil, settings: settings)
    #expect(Self.reads(mixed, byName, cache: cache) > after)
  }
}
