internal import Kernels

/// Maps between two blocks of the first samples of a pass, as many as a bound allows.
///
/// While a pass reads the maps of some samples it may write those of the same samples further on in
/// the network into the same memory: they are no larger, so what is written lies before all that is
/// still to be read, if samples are written in order and after all of their round were read.
final class FeatureCache {
  /// Where maps lie: those of sample `n` from `n * step` on.
  private struct Slots {
    /// Blocks that the maps have been through.
    let blocks: Int
    let step: Int
    /// Samples.
    let count: Int
  }

  private let memory = FloatMemory()
  private let start: UnsafeMutablePointer<Float>
  private let floats: Int
  private let samples: Int
  private let layout: ResNet18Layout
  private var held: Slots?
  private var written: Slots?

  /// - Parameter bytes: how much is held at most.
  init(_ layout: ResNet18Layout, samples: Int, bytes: Int) {
    self.layout = layout
    self.samples = samples
    let most = bytes / MemoryLayout<Float>.stride / layout.pooled.pictureCount
    // Smaller maps of more samples fit into the same bytes.
    floats =
      most >= samples
      ? samples * layout.pooled.pictureCount : bytes / MemoryLayout<Float>.stride
    start = memory.floats(floats)
  }

  var bytes: Int { memory.bytes }

  /// Samples whose maps are held, the first of the pass.
  var count: Int { held?.count ?? 0 }

  /// Blocks that the held maps have been through.
  var blocks: Int { held?.blocks ?? 0 }

  /// Prepares for a pass that continues after some blocks.
  ///
  /// - Parameter blocks: whose output is wanted again by later passes; nil if there are none.
  func begin(keeping blocks: Int?) {
    guard let blocks, blocks != held?.blocks else { return written = nil }
    let step = layout.inputShape(ofBlock: blocks).pictureCount
    written = Slots(blocks: blocks, step: step, count: min(samples, floats / step))
  }

  /// Ends a pass: what was written is held.
  func end() {
    if let written { held = written }
    written = nil
  }

  /// Maps of a held sample.
  func maps(_ sample: Int) -> UnsafePointer<Float> {
    UnsafePointer(start + sample * (held?.step ?? 0))
  }

  /// Keeps maps of a sample, if they are wanted and there is room.
  func store(_ sample: Int, _ maps: UnsafePointer<Float>) {
    guard let written, sample < written.count else { return }
    (start + sample * written.step).update(from: maps, count: written.step)
  }
}
