package import Contract

/// Which videos a catalog takes, and what it does with videos without a label.
package struct CatalogOptions: Sendable, Equatable {
  /// What happens if a video file has no label.
  package enum UnlabelledPolicy: String, CaseIterable, Codable, Sendable {
    /// Loading stops with an error that names the files.
    case fail
    /// The file is listed in ``VideoCatalog/unlabelled`` and not used.
    case skip
  }

  /// How a folder of numbered pictures is read.
  package enum NumberedPictures: String, CaseIterable, Codable, Sendable {
    /// One video, each picture a frame of it; unless the folder is named after a label, a split, a
    /// method or a collection, such as `real`, `train` or `faces`.
    case frames
    /// Each picture is a video of one frame.
    case single
  }

  package var unlabelled: UnlabelledPolicy

  /// For ``CatalogKind/folders`` only: the label of everything below the folder; nil if folders
  /// `real` and `fake` give it.
  package var label: VideoLabel?

  package var numberedPictures: NumberedPictures

  /// FaceForensics++ only: the manipulation methods to take; empty means all of them.
  ///
  /// Their originals are taken too: `actors` with `DeepFakeDetection`, `youtube` with every other
  /// method. `youtube` and `actors` may also be named themselves. Case does not matter.
  package var methods: [String]

  /// FaceForensics++ only: the compression levels to take, e.g. `c23`; empty means all of them.
  package var compressions: [String]

  /// For ``CatalogKind/folders`` only: folders that have a label, besides those with known names.
  package var folderLabels: FolderLabels

  /// CSV only: the columns.
  package var csv: CSVSettings

  /// Whether errors say what to try; for that, other layouts are tried.
  var givesAdvice = true

  /// Creates options; by default every video is taken, and one without a label is an error.
  package init(
    unlabelled: UnlabelledPolicy = .fail, methods: [String] = [], compressions: [String] = [],
    label: VideoLabel? = nil, numberedPictures: NumberedPictures = .frames,
    folderLabels: FolderLabels = FolderLabels(), csv: CSVSettings = CSVSettings()
  ) {
    self.unlabelled = unlabelled
    self.label = label
    self.numberedPictures = numberedPictures
    self.methods = methods
    self.compressions = compressions
    self.folderLabels = folderLabels
    self.csv = csv
  }
}
