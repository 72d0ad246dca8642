/// What a catalog takes in, and what it does with videos that nothing labels.
public struct CatalogOptions: Sendable, Equatable {
  /// What happens when a video file has no label.
  public enum UnlabelledPolicy: String, CaseIterable, Codable, Sendable {
    /// Loading stops with an error that names the files.
    case fail
    /// The file is listed in ``VideoCatalog/unlabelled`` and not used.
    case skip
  }

  /// What happens when a video file has no label.
  public var unlabelled: UnlabelledPolicy

  /// FaceForensics++ only: the manipulation methods to take; empty means all of them.
  ///
  /// Originals come along as needed: `actors` with `DeepFakeDetection`, `youtube` with every other
  /// method. `youtube` and `actors` may also be named themselves. Case does not matter.
  public var methods: [String]

  /// FaceForensics++ only: the compression levels to take, e.g. `c23`; empty means all of them.
  public var compressions: [String]

  /// Creates options; the defaults take every video in and stop at one without a label.
  public init(
    unlabelled: UnlabelledPolicy = .fail, methods: [String] = [], compressions: [String] = []
  ) {
    self.unlabelled = unlabelled
    self.methods = methods
    self.compressions = compressions
  }
}
