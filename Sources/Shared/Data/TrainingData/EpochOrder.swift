internal import Contract
internal import Randomness

/// The samples of each epoch and their order, a function of the seed and the epoch's number.
///
/// Each class (with `.none`: all samples together) is an endless sequence of seeded permutations,
/// and each epoch takes the next part of the sequence. So the numbers of times that two samples of
/// a class have been seen never differ by more than one. An epoch that begins in one permutation
/// and ends in the next may have a sample twice.
///
/// An epoch has whole batches only. With `.undersample` it has all samples of the smaller class
/// (except those that don't fill a batch, with which the next epoch begins) and as many of the
/// larger one, which are all seen within `ceil(larger / smaller)` epochs. A given number of steps
/// makes epochs shorter or longer.
///
/// With `balanceBy`, each data set or method of a class has an endless sequence of its own instead,
/// and the class takes its samples from them in equal shares (``ClassParts``). A small part is then
/// repeated sooner than a large one, and an epoch may have its samples several times.
///
/// The samples of an epoch are then put in order. The videos, in the order of the catalog, are cut
/// into blocks of `shuffleVideos / 16` consecutive videos (or one block, if there are no more than
/// `shuffleVideos`). The blocks are shuffled, and within each window of about `shuffleVideos`
/// videos all samples are shuffled. Videos with neighbouring names mostly lie side by side in a
/// shard, so only a window's part of the store is read at a time; and a window has videos from all
/// parts of the catalog, with both classes among them, whatever the names. Nothing depends on the
/// shards.
///
/// `Version.shards` is the order of older checkpoints, whose blocks are the shards.
package struct EpochOrder: Sendable {
  /// The rule of the order: a checkpoint keeps it, and its training is continued with it.
  package enum Version: Int, Sendable, Codable {
    /// Windows of shards: the order depends on how samples are divided into shards.
    case shards = 1
    /// Windows of videos in the order of their names.
    case videos = 2
  }

  /// How the two classes are balanced.
  package enum Balance: String, Sendable, CaseIterable, Codable {
    /// Every epoch has as many samples of the larger class as of the smaller one, different ones
    /// each time.
    case undersample
    /// All samples, every epoch.
    case none
  }

  /// What the samples of a class may be balanced by.
  package enum BalanceFactor: String, Sendable, CaseIterable, Codable {
    /// The data set that a video is from.
    case dataset
    /// The manipulation method; real videos have none.
    case method
  }

  /// What an order depends on besides the samples.
  package struct Settings: Sendable, Equatable {
    /// Another seed gives another order.
    package var seed: UInt64 = 1
    package var balance = Balance.undersample
    /// Factors whose values have equal shares within each class; those of a later one share each
    /// value of the one before it. Empty treats all samples alike.
    package var balanceBy: [BalanceFactor] = []
    /// How often a sample may come at most because of that, relative to the mean sample of its
    /// class, 1 or more.
    package var balanceRepeats = 8.0
    /// Number of videos whose samples are shuffled together, 1 or more. 4096 videos of 32 crops are
    /// about 2 GiB, which the page cache of a training machine holds, and 16 shards of the size
    /// that extraction makes.
    package var shuffleVideos = 4096
    /// Number of shards whose samples are shuffled together, 1 or more; for a catalog of
    /// `Version.shards` only.
    package var shuffleShards = 16
    /// Pictures per step, 1 or more.
    package var batchSize = 32
    /// Steps per epoch; 0 for as many whole batches as the balanced data gives.
    package var stepsPerEpoch = 0

    package init() {}
  }

  /// Maximum number of samples per epoch: its order takes 4 bytes per sample.
  package static let maximumSamplesPerEpoch = 1 << 28

  package let settings: Settings

  package let stepsPerEpoch: Int

  /// Samples of each class, or all together.
  let classes: [ClassParts]

  /// First sample of each block, and the end.
  private let blockStarts: [Int]

  /// Blocks of each window, by their index in the epoch's order of blocks.
  private let windows: [Range<Int>]

  /// Orders the samples of some videos by the rule that the catalog was opened for.
  ///
  /// - Parameters:
  ///   - catalog: the store.
  ///   - videos: indices of the videos, the training side of a split.
  package init(
    _ catalog: SampleCatalog, videos: [Int], settings: Settings
  ) throws(TrainingDataError) {
    try self.init(
      videos: catalog.videos, chosen: videos,
      shardCount: catalog.orderVersion == .shards ? catalog.shards.count : nil, settings: settings)
  }

  /// - Parameter shardCount: nil for windows of videos.
  init(
    videos: [SampleCatalog.Video], chosen: [Int], shardCount: Int?, settings: Settings
  ) throws(TrainingDataError) {
    try settings.check()
    self.settings = settings
    let real = Self.parts(videos, chosen, [.real], settings)
    let fake = Self.parts(videos, chosen, [.fake], settings)
    let passSamples: Int
    switch settings.balance {
    case .none:
      // In catalog order, as labels are of no interest here.
      classes = [Self.parts(videos, chosen, VideoLabel.allCases, settings)]
      passSamples = classes[0].sampleCount
    case .undersample:
      classes = [real, fake]
      passSamples = 2 * min(real.sampleCount, fake.sampleCount)
    }
    stepsPerEpoch = try Self.steps(
      passSamples: passSamples, real: real.sampleCount, fake: fake.sampleCount, settings)
    if let shardCount {
      blockStarts = Self.shardStarts(videos, shardCount)
      let size = settings.shuffleShards
      windows = stride(from: 0, to: shardCount, by: size).map {
        $0..<min(shardCount, $0 + size)
      }
    } else {
      let ordered = chosen.sorted()
      // A window of less than 16 videos has blocks of one video.
      let size =
        ordered.count <= settings.shuffleVideos
        ? ordered.count : max(settings.shuffleVideos / 16, 1)
      let starts = stride(from: 0, to: ordered.count, by: size).map {
        videos[ordered[$0]].samples.lowerBound
      }
      blockStarts = starts + [ordered.last.map { videos[$0].samples.upperBound } ?? 0]
      // Windows of nearly equal size: a small one at the end could have a single class.
      let count = (ordered.count + settings.shuffleVideos - 1) / settings.shuffleVideos
      windows = (0..<count).map {
        $0 * starts.count / count..<($0 + 1) * starts.count / count
      }
    }
  }

  /// The samples of those chosen videos that have one of the labels.
  private static func parts(
    _ videos: [SampleCatalog.Video], _ chosen: [Int], _ labels: [VideoLabel], _ settings: Settings
  ) -> ClassParts {
    let members = chosen.sorted().filter { labels.contains(videos[$0].label) }
    let present = Set(members.lazy.map { videos[$0].label })
    let label = present.count == 1 ? present.first : nil
    guard settings.balanceBy.isEmpty else {
      return ClassParts(
        videos: videos, chosen: members, label: label, factors: settings.balanceBy,
        repeats: settings.balanceRepeats)
    }
    return ClassParts(
      members.flatMap { videos[$0].samples.lazy.map(UInt32.init) }, label: label,
      videoCount: members.count)
  }

  /// First sample of each shard, and the end.
  private static func shardStarts(_ videos: [SampleCatalog.Video], _ shardCount: Int) -> [Int] {
    var starts = [Int](repeating: 0, count: shardCount + 1)
    for video in videos {
      starts[video.shard + 1] = max(starts[video.shard + 1], video.samples.upperBound)
    }
    for shard in 0..<shardCount { starts[shard + 1] = max(starts[shard], starts[shard + 1]) }
    return starts
  }

  private static func steps(
    passSamples: Int, real: Int, fake: Int, _ settings: Settings
  ) throws(TrainingDataError) -> Int {
    let advice =
      "; lower the batch size, take more frames per video, or add videos"
    if settings.balance == .undersample, min(real, fake) == 0 {
      throw TrainingDataError(
        .missingClass, subject: "training split",
        "the classes can't be balanced: \(counted(real, "real sample")), \(fake) fake; add videos "
          + "of the other class, or take the classes as they are")
    }
    guard passSamples >= settings.batchSize else {
      throw TrainingDataError(
        .tooFewSamples, subject: "training split",
        "expected at least one batch of \(settings.batchSize) pictures, got \(passSamples) "
          + "(\(counted(real, "real sample")), \(fake) fake, balance \(settings.balance))" + advice)
    }
    let steps =
      settings.stepsPerEpoch > 0 ? settings.stepsPerEpoch : passSamples / settings.batchSize
    guard steps <= maximumSamplesPerEpoch / settings.batchSize else {
      throw TrainingDataError(
        .invalidSetting, subject: "steps per epoch",
        "expected at most \(maximumSamplesPerEpoch / settings.batchSize) at a batch size of "
          + "\(settings.batchSize), got \(steps); use more epochs of fewer steps")
    }
    return steps
  }

  /// The samples of an epoch in order: `samplesPerEpoch` indices in the catalog. It takes about 20
  /// nanoseconds per sample of the store, whatever the epoch.
  package func samples(inEpoch epoch: Int) -> [UInt32] {
    precondition(epoch >= 0, "epochs count from 0")
    var chosen: [UInt32] = []
    chosen.reserveCapacity(samplesPerEpoch)
    // Sequences are numbered by class if each class has one, else over the parts of all classes.
    var sequence = 0
    let stage = settings.balanceBy.isEmpty ? Stage.choice : Stage.parts
    for (number, members) in classes.enumerated() {
      let ranges = members.ranges(ofPlaces: places(ofClass: number, inEpoch: epoch))
      for (part, range) in zip(members.parts, ranges) {
        append(range, of: part.samples, stage: stage, sequence: sequence, to: &chosen)
        sequence += 1
      }
    }
    return mixed(chosen, epoch: epoch)
  }

  /// The range of a class's endless sequence that an epoch takes. If the number of samples is odd,
  /// the classes take the larger half in turn.
  func places(ofClass number: Int, inEpoch epoch: Int) -> Range<Int> {
    let before = epoch * samplesPerEpoch
    let after = before + samplesPerEpoch
    guard classes.count == 2 else { return before..<after }
    return number == 0 ? (before + 1) / 2..<(after + 1) / 2 : before / 2..<after / 2
  }

  private func append(
    _ part: Range<Int>, of members: [UInt32], stage: UInt64, sequence: Int,
    to chosen: inout [UInt32]
  ) {
    var start = part.lowerBound
    while start < part.upperBound {
      let (round, offset) = start.quotientAndRemainder(dividingBy: members.count)
      var random = RandomStream(
        seed: settings.seed, .order, stage, UInt64(sequence), UInt64(round))
      var permutation = members
      random.shuffle(&permutation)
      let end = min(members.count, offset + part.upperBound - start)
      chosen += permutation[offset..<end]
      start += end - offset
    }
  }

  /// Shuffles the blocks, and the samples within each window of blocks.
  private func mixed(_ chosen: [UInt32], epoch: Int) -> [UInt32] {
    var random = RandomStream(seed: settings.seed, .order, Stage.mixing, UInt64(epoch))
    let blockOrder = random.permutation(blockStarts.count - 1)
    var members = [[UInt32]](repeating: [], count: blockOrder.count)
    let blocks = BlockFinder(blockStarts)
    for sample in chosen { members[blocks.block(of: Int(sample))].append(sample) }
    var ordered: [UInt32] = []
    ordered.reserveCapacity(chosen.count)
    for range in windows {
      var window = blockOrder[range].flatMap { members[$0] }
      random.shuffle(&window)
      ordered += window
    }
    return ordered
  }

  /// First counter of the random streams: the part of the order that they are for.
  private enum Stage {
    static let choice: UInt64 = 0
    static let mixing: UInt64 = 1
    static let parts: UInt64 = 2
  }
}

/// Finds the block of a sample.
private struct BlockFinder {
  private let starts: [Int]

  init(_ starts: [Int]) { self.starts = starts }

  /// The last block that starts at the sample or before; empty blocks have no samples.
  func block(of sample: Int) -> Int {
    var (low, high) = (0, starts.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= sample { low = middle } else { high = middle }
    }
    return low
  }
}

extension EpochOrder.Settings {
  func check() throws(TrainingDataError) {
    for (name, value, lowest) in [
      ("shuffle videos", shuffleVideos, 1), ("shuffle shards", shuffleShards, 1),
      ("batch size", batchSize, 1),
      ("steps per epoch", stepsPerEpoch, 0),
    ] where value < lowest {
      throw TrainingDataError(
        .invalidSetting, subject: name, "expected \(lowest) or more, got \(value)")
    }
    guard balanceRepeats >= 1, balanceRepeats.isFinite else {
      throw TrainingDataError(
        .invalidSetting, subject: "balance repeats", "expected 1 or more, got \(balanceRepeats)")
    }
    guard Set(balanceBy).count == balanceBy.count else {
      throw TrainingDataError(
        .invalidSetting, subject: "balance by",
        "expected each of \(balanceBy.map(\.rawValue).joined(separator: ", ")) once")
    }
  }
}
