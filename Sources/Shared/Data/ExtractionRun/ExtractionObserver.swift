package import ShardStore
package import VideoCatalog
package import Workers

/// An event of an extraction, for observers.
package enum ExtractionEvent {
  /// The extraction begins; `todo` of the catalog's videos are to be extracted.
  case began(VideoCatalog, store: String, todo: Int, task: JobTask?, workers: Int)
  /// The store was begun with an older version of the recipe, which is followed.
  case followsOlderRecipe(version: Int)
  /// What was damaged, lost or not the store's own was removed from it.
  case repaired(StoreRepair.Outcome)
  /// A video could not be read; the store records that.
  case skipped(video: String, reason: String)
  /// A video can't be stored at all, e.g. because of its name.
  case notStored(reason: String)
}

/// Watches an extraction, and may end it: `shallStop` is read before each video. It is called on
/// the workers' threads.
package protocol ExtractionObserver: WorkObserver {
  func observe(_ event: ExtractionEvent)
  /// Whether the videos that are being extracted shall be dropped as well.
  var shallDrop: Bool { get }
}
