package import ShardStore
package import VideoCatalog

/// One of the tasks that a data set is divided into, so that an array of jobs fills one store.
package struct JobTask: Sendable, Equatable {
  /// Maximum number of tasks of a store.
  package static let maximumCount = ShardName.maximumTask + 1

  /// Index of the task in the store, from 0.
  package let index: Int
  /// Number of tasks.
  package let count: Int

  /// The only task of a data set that is not divided.
  package static let only = JobTask(index: 0, count: 1)

  /// - Precondition: `index` is one of 0..<`count`.
  package init(index: Int, count: Int) {
    precondition((0..<count).contains(index), "a task is one of those there are")
    self.index = index
    self.count = count
  }

  /// Reads "3/8", counted from 0; nil for anything else, and for more than 1000 tasks.
  package init?(_ text: String) {
    self.init(text, first: 0)
  }

  /// Reads "4/8", counted from 1, as `--part` has it; nil for anything else.
  package init?(part text: String) {
    self.init(text, first: 1)
  }

  private init?(_ text: String, first: Int) {
    let fields = text.split(separator: "/", omittingEmptySubsequences: false)
    guard fields.count == 2, let number = Int(fields[0]), let count = Int(fields[1]),
      (1...Self.maximumCount).contains(count), (first..<(count + first)).contains(number)
    else { return nil }
    self.init(index: number - first, count: count)
  }

  /// The text that `init(_:)` reads: "3/8".
  package var text: String { "\(index)/\(count)" }

  /// Whether the task includes the video: its index is the FNV-1a hash of the name of the original,
  /// or of the video itself if it has none, modulo the number of tasks. So fakes belong to the task
  /// of their original.
  ///
  /// In a store of older software, which has no number of tasks, the video's own name is hashed.
  package func includes(_ video: CatalogVideo, of store: StoreDescription) -> Bool {
    guard count > 1 else { return true }
    let name = store.tasks == nil ? video.name : video.original ?? video.name
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(hash % UInt64(count)) == index
  }
}
