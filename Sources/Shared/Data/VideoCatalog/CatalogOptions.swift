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

  /// Label folders only: folders besides the known words that have a label.
  public var folderLabels: FolderLabels

  /// CSV only: which columns hold what.
  public var csv: CSVSettings

  /// Whether errors say what to try, which takes a look at other layouts.
  var givesAdvice = true

  /// Creates options; the defaults take every video in and stop at one without a label.
  public init(
    unlabelled: UnlabelledPolicy = .fail, methods: [String] = [], compressions: [String] = [],
    folderLabels: FolderLabels = FolderLabels(), csv: CSVSettings = CSVSettings()
  ) {
    self.unlabelled = unlabelled
    self.methods = methods
    self.compressions = compressions
    self.folderLabels = folderLabels
    self.csv = csv
  }
}
