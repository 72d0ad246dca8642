/// A position of training in its data, which a checkpoint keeps.
package struct DataPosition: Sendable, Equatable, Codable, Comparable {
  /// The start of training.
  package static let start = DataPosition(epoch: 0, sample: 0)

  /// Number of complete epochs.
  package var epoch: Int

  /// Number of samples of the current epoch that were trained on.
  package var sample: Int

  package init(epoch: Int, sample: Int) {
    self.epoch = epoch
    self.sample = sample
  }

  package static func < (left: DataPosition, right: DataPosition) -> Bool {
    (left.epoch, left.sample) < (right.epoch, right.sample)
  }
}
