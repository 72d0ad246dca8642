package import ShardStore
package import VideoCatalog
package import Workers

/// What happens in an extraction, for those who watch it.
package enum ExtractionEvent {
  /// The first video comes next; so many of the catalog's are to do.
  case began(VideoCatalog, store: String, todo: Int, task: JobTask?, workers: Int)
  /// The store was begun with an older version of the recipe, which is followed.
  case followsOlderRecipe(version: Int)
  /// What was damaged, lost or not the store's own was taken out of it.
  case repaired(StoreRepair.Outcome)
  /// A video could not be read; the store says so.
  case skipped(video: String, reason: String)
  /// A video can't be stored at all, e.g. for its name.
  case notStored(reason: String)
}

/// Watches an extraction, and may end it: `shallStop` is asked before each video. Called on the
/// workers' threads.
package protocol ExtractionObserver: WorkObserver {
  /// Something has happened.
  func observe(_ event: ExtractionEvent)
  /// Whether also the videos under way shall be dropped.
  var shallDrop: Bool { get }
}
