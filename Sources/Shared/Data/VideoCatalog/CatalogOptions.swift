package import Contract

/// What a catalog takes in, and what it does with videos that nothing labels.
package struct CatalogOptions: Sendable, Equatable {
  /// What happens when a video file has no label.
  package enum UnlabelledPolicy: String, CaseIterable, Codable, Sendable {
    /// Loading stops with an error that names the files.
    case fail
    /// The file is listed in ``VideoCatalog/unlabelled`` and not used.
    case skip
  }

  /// What a folder of numbered pictures is.
  package enum NumberedPictures: String, CaseIterable, Codable, Sendable {
    /// One video, each picture a frame of it; unless the folder is named after a label, a split, a
    /// method or a collection, such as `real`, `train` or `faces`.
    case frames
    /// So many videos of one frame each.
    case single
  }

  /// What happens when a video file has no label.
  package var unlabelled: UnlabelledPolicy

  /// For ``CatalogKind/folders`` only: the label of everything below the folder; nil where folders
  /// `real` and `fake` tell it.
  package var label: VideoLabel?

  /// What a folder of numbered pictures is.
  package var numberedPictures: NumberedPictures

  /// FaceForensics++ only: the manipulation methods to take; empty means all of them.
  ///
  /// Originals come along as needed: `actors` with `DeepFakeDetection`, `youtube` with every other
  /// method. `youtube` and `actors` may also be named themselves. Case does not matter.
  package var methods: [String]

  /// FaceForensics++ only: the compression levels to take, e.g. `c23`; empty means all of them.
  package var compressions: [String]

  /// Label folders only: folders besides the known words that have a label.
  package var folderLabels: FolderLabels

  /// CSV only: which columns hold what.
  package var csv: CSVSettings

  /// Whether errors say what to try, which takes a look at other layouts.
  var givesAdvice = true

  /// Creates options; the defaults take every video in and stop at one without a label.
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
