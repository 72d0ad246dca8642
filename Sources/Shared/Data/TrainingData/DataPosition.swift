/// Where training stands in its data: two numbers that a checkpoint keeps.
package struct DataPosition: Sendable, Equatable, Codable, Comparable {
  /// The start of training.
  package static let start = DataPosition(epoch: 0, sample: 0)

  /// Epochs that are complete.
  package var epoch: Int

  /// Samples of the current epoch that were trained on.
  package var sample: Int

  /// Creates a position.
  package init(epoch: Int, sample: Int) {
    self.epoch = epoch
    self.sample = sample
  }

  /// Earlier before later.
  package static func < (left: DataPosition, right: DataPosition) -> Bool {
    (left.epoch, left.sample) < (right.epoch, right.sample)
  }
}
