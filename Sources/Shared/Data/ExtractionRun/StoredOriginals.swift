internal import FaceExtraction
internal import ShardStore
internal import Workers

/// The faces of real videos that are in the store already, for what was made from them.
///
/// Sendable: any worker may ask.
final class StoredOriginals: Sendable {
  private let task: Int
  private let store: String
  private let stored: Set<String>
  private let known = Locked<[String: OriginalFaces]?>(nil)

  /// - Parameters:
  ///   - task: number of the task; it has the originals of its fakes.
  ///   - store: the store's folder.
  ///   - stored: originals that were there when the run began; they are read together when the first one
  ///     is asked for.
  init(task: Int, store: String, stored: Set<String>) {
    self.task = task
    self.store = store
    self.stored = stored
  }

  /// The faces of an original; nil where it isn't stored, failed, or has none.
  func faces(of name: String, _ writer: any VideoWriter) throws -> OriginalFaces? {
    guard writer.state(of: name) == .done else { return nil }
    if stored.contains(name) {
      return try known.withLock { known in
        let all = try known ?? read(stored)
        known = all
        return all[name]
      }
    }
    // Another copy of the task has published it meanwhile.
    return try read([name])[name]
  }

  private func read(_ names: Set<String>) throws -> [String: OriginalFaces] {
    let videos = try TaskContent.videos(names, of: task, inStore: store)
    var faces: [String: OriginalFaces] = [:]
    for (name, video) in videos { faces[name] = OriginalFaces(name, video) }
    return faces
  }
}
