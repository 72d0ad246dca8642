internal import FaceExtraction
internal import Foundation
internal import ShardStore
internal import Workers

/// The faces of real videos that are in the store already, for the fakes made from them.
///
/// Sendable: any worker may call it.
final class StoredOriginals: Sendable {
  private let task: Int
  private let store: String
  private let stored: Set<String>
  /// Originals that were read and not requested yet; nil for one without a face.
  private let known = Locked<[String: OriginalFaces?]?>(nil)

  /// Seconds after which a published original must be visible: network file systems show old
  /// listings for a while.
  private static let patience = 60

  /// - Parameters:
  ///   - task: index of the task, which has the originals of its fakes.
  ///   - store: the store's folder.
  ///   - stored: originals that were stored when the run began; they are read together when the
  ///     first one is requested.
  init(task: Int, store: String, stored: Set<String>) {
    self.task = task
    self.store = store
    self.stored = stored
  }

  /// The faces of an original; nil if it isn't finished, or has none. Each original can be
  /// requested once only.
  ///
  /// - Throws: if the store can't be read, or doesn't have what it had.
  func faces(of name: String, _ writer: any VideoWriter) throws -> OriginalFaces? {
    guard writer.state(of: name) == .done else { return nil }
    if stored.contains(name) {
      let found = try known.withLock { known in
        var all = try known ?? read(stored)
        let found = all.removeValue(forKey: name)
        known = all
        return found
      }
      if let found { return found }
    }
    // Another run of the task has published it meanwhile.
    for _ in 0..<Self.patience {
      if let found = try read([name])[name] { return found }
      sleep(1)
    }
    throw ShardStoreError(
      .damagedStore, subject: store,
      "expected the faces of \(name), which task \(task) has finished, got none; extractor verify says "
        + "what is missing")
  }

  private func read(_ names: Set<String>) throws -> [String: OriginalFaces?] {
    var faces: [String: OriginalFaces?] = [:]
    try TaskContent.forEachVideo(of: names, task: task, inStore: store) { name, video in
      faces[name] = .some(OriginalFaces(name, video))
    }
    return faces
  }
}
