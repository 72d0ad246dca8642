internal import Analyses
internal import AnalysisStore
internal import HTTPTypes
internal import Workers

/// How many uploads and analyses there may be at a time: what is taken is done, and what there is no room
/// for is refused before it is read.
final class Admission: Sendable {
  private let limit: Int
  private let store: AnalysisStore
  private let uploading = Locked(0)

  init(_ settings: ServerSettings, _ store: AnalysisStore) {
    limit = settings.queueLength
    self.store = store
  }

  /// Takes room for an analysis that comes; `leave` gives it back once it is queued or dropped.
  func enter() async throws {
    let before = uploading.withLock { count in
      count += 1
      return count
    }
    do {
      let counts = try await store.counts()
      let waiting = counts[.queued, default: 0] + counts[.running, default: 0]
      guard waiting + before <= limit else {
        throw Problem(
          .tooManyRequests, "queue-full",
          "\(waiting) analyses wait already, which is all that this server takes at a time. Try again "
            + "later.", headers: [.retryAfter: "5"])
      }
    } catch {
      leave()
      throw error
    }
  }

  /// See `enter`.
  func leave() { uploading.withLock { $0 -= 1 } }

  /// Uploads under way.
  var count: Int { uploading.withLock { $0 } }
}
