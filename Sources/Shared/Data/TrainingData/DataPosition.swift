/// Where training stands in its data: two numbers that a checkpoint keeps.
public struct DataPosition: Sendable, Equatable, Codable, Comparable {
  /// The start of training.
  public static let start = DataPosition(epoch: 0, sample: 0)

  /// Epochs that are complete.
  public var epoch: Int

  /// Samples of the current epoch that were trained on.
  public var sample: Int

  /// Creates a position.
  public init(epoch: Int, sample: Int) {
    self.epoch = epoch
    self.sample = sample
  }

  /// Earlier before later.
  public static func < (left: DataPosition, right: DataPosition) -> Bool {
    (left.epoch, left.sample) < (right.epoch, right.sample)
  }
}
