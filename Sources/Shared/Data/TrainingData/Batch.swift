package import Contract
package import Imaging

/// Pictures that go through the network together.
package struct Batch: Sendable {
  /// A picture's sample in the data.
  package struct Sample: Sendable, Equatable {
    /// Index in the catalog.
    package let index: Int
    /// Index of its video in `SampleCatalog.videos`.
    package let video: Int
    package let label: VideoLabel
    /// Number of samples before this one over all epochs of training, which random numbers for this
    /// sample are keyed with. In evaluation, the index in the catalog.
    package let key: UInt64
  }

  /// Position of the first sample. In evaluation, epoch 0 and the number of samples before.
  package let position: DataPosition

  /// Position of the next batch, which a checkpoint after this step must keep.
  package let nextPosition: DataPosition

  /// The samples in order, including those whose pictures another process has.
  package let samples: [Sample]

  /// The range of `samples` whose pictures are here: all, or one process's part.
  package let pictured: Range<Int>

  /// The pictures of `pictured`, RGBX, all of one size; augmented in training.
  package let pictures: [PixelBuffer]

  /// Blur of each of `pictures` before it was resized to the network's input, measured in the
  /// crop's inner face by `PixelBuffer.blur(in:)`. Empty unless the loader measures it.
  package internal(set) var blurs: [Double] = []

  /// The picture of a sample.
  ///
  /// - Precondition: `pictured` contains the sample's index in `samples`.
  package func picture(of sample: Int) -> PixelBuffer { pictures[sample - pictured.lowerBound] }

  /// Number of complete epochs.
  package var epoch: Int { position.epoch }

  /// Index of the step in the epoch.
  package let step: Int

  /// Whether the epoch is complete with this batch.
  package var endsEpoch: Bool { nextPosition.epoch > position.epoch }

  package var count: Int { samples.count }
}

/// How far ahead a loader works. It has no influence on the batches.
package struct LoaderOptions: Sendable, Equatable {
  /// Number of threads that load, 1 or more.
  package var threads: Int
  /// Number of batches that are loaded ahead, 1 or more; at least as many as threads.
  package var prefetch: Int

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

  /// Fraction of the time that was spent waiting, 0...1.
  package var waitShare: Double { totalSeconds > 0 ? waitSeconds / totalSeconds : 0 }
}
