public import Contract
public import Imaging

/// Pictures that go through the network together.
public struct Batch: Sendable {
  /// One picture's place in the data.
  public struct Sample: Sendable, Equatable {
    /// Position in the catalog.
    public let index: Int
    /// Position of its video in `SampleCatalog.videos`.
    public let video: Int
    /// Real or fake.
    public let label: VideoLabel
    /// How many samples were trained on before this one, over all epochs: the counter that random
    /// numbers for this sample are keyed with. When evaluating, the position in the catalog.
    public let key: UInt64
  }

  /// Where the batch begins. When evaluating, epoch 0 and the number of samples before.
  public let position: DataPosition

  /// Where the next batch begins, what a checkpoint after this step has to keep.
  public let nextPosition: DataPosition

  /// The samples in order, also those whose pictures another process has.
  public let samples: [Sample]

  /// Which of `samples` have their pictures here: all, or one process's part.
  public let pictured: Range<Int>

  /// The pictures of `pictured`, RGBX, all of one size; augmented when training.
  public let pictures: [PixelBuffer]

  /// How blurred each of `pictures` is, before it was brought to the network's input size: of the crop's
  /// inner face, as `PixelBuffer.blur(in:)` measures it. Empty unless a loader was asked for it.
  public internal(set) var blurs: [Double] = []

  /// The picture of a sample.
  ///
  /// - Precondition: `pictured` contains its position in `samples`.
  public func picture(of sample: Int) -> PixelBuffer { pictures[sample - pictured.lowerBound] }

  /// Epochs that are complete.
  public var epoch: Int { position.epoch }

  /// Step in the epoch.
  public let step: Int

  /// Whether the epoch is complete with this batch.
  public var endsEpoch: Bool { nextPosition.epoch > position.epoch }

  /// Number of samples.
  public var count: Int { samples.count }
}

/// How far ahead a loader works. Has no influence on what it gives.
public struct LoaderOptions: Sendable, Equatable {
  /// Threads that load, 1 or more.
  public var threads: Int
  /// Batches that are loaded ahead, 1 or more; at least as many as threads.
  public var prefetch: Int

  /// Creates options.
  public init(threads: Int = 1, prefetch: Int = 3) {
    self.threads = threads
    self.prefetch = prefetch
  }
}

/// How long the consumer of a loader waited for it.
public struct LoaderTimes: Sendable, Equatable {
  /// Seconds that `next` waited for a batch that was not ready.
  public var waitSeconds = 0.0
  /// Seconds from the first call of `next` to the end of the last.
  public var totalSeconds = 0.0

  /// Share of the time that was waited, 0...1.
  public var waitShare: Double { totalSeconds > 0 ? waitSeconds / totalSeconds : 0 }
}
