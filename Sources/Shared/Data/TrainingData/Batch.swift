package import Contract
package import Imaging

/// Pictures that go through the network together.
package struct Batch: Sendable {
  /// One picture's place in the data.
  package struct Sample: Sendable, Equatable {
    /// Position in the catalog.
    package let index: Int
    /// Position of its video in `SampleCatalog.videos`.
    package let video: Int
    /// Real or fake.
    package let label: VideoLabel
    /// How many samples were trained on before this one, over all epochs: the counter that random
    /// numbers for this sample are keyed with. When evaluating, the position in the catalog.
    package let key: UInt64
  }

  /// Where the batch begins. When evaluating, epoch 0 and the number of samples before.
  package let position: DataPosition

  /// Where the next batch begins, what a checkpoint after this step has to keep.
  package let nextPosition: DataPosition

  /// The samples in order, also those whose pictures another process has.
  package let samples: [Sample]

  /// Which of `samples` have their pictures here: all, or one process's part.
  package let pictured: Range<Int>

  /// The pictures of `pictured`, RGBX, all of one size; augmented when training.
  package let pictures: [PixelBuffer]

  /// How blurred each of `pictures` is, before it was brought to the network's input size: of the crop's
  /// inner face, as `PixelBuffer.blur(in:)` measures it. Empty unless a loader was asked for it.
  package internal(set) var blurs: [Double] = []

  /// The picture of a sample.
  ///
  /// - Precondition: `pictured` contains its position in `samples`.
  package func picture(of sample: Int) -> PixelBuffer { pictures[sample - pictured.lowerBound] }

  /// Epochs that are complete.
  package var epoch: Int { position.epoch }

  /// Step in the epoch.
  package let step: Int

  /// Whether the epoch is complete with this batch.
  package var endsEpoch: Bool { nextPosition.epoch > position.epoch }

  /// Number of samples.
  package var count: Int { samples.count }
}

/// How far ahead a loader works. Has no influence on what it gives.
package struct LoaderOptions: Sendable, Equatable {
  /// Threads that load, 1 or more.
  package var threads: Int
  /// Batches that are loaded ahead, 1 or more; at least as many as threads.
  package var prefetch: Int

  /// Creates options.
  package init(threads: Int = 1, prefetch: Int = 3) {
    self.threads = threads
    self.prefetch = prefetch
  }
}

/// How long the consumer of a loader waited for it.
package struct LoaderTimes: Sendable, Equatable {
  /// Seconds that `next` waited for a batch that was not ready.
  package var waitSeconds = 0.0
  /// Seconds from the first call of `next` to the end of the last.
  package var totalSeconds = 0.0

  /// Share of the time that was waited, 0...1.
  package var waitShare: Double { totalSeconds > 0 ? waitSeconds / totalSeconds : 0 }
}
