internal import Analyses
internal import AnalysisStore
internal import HTTPTypes
internal import Workers

/// Limits the number of uploads and analyses at a time: every accepted upload is analysed, and
/// others are refused before they are read.
final class Admission: Sendable {
  private let limit: Int
  private let store: AnalysisStore
  private let uploading = Locked(0)

  init(_ settings: ServerSettings, _ store: AnalysisStore) {
    limit = settings.queueLength
    self.store = store
  }

  /// Reserves a place in the queue for an upload. Call `leave` after the upload
  /// is queued or refused.
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

  /// Releases the reservation of `enter`.
  func leave() { uploading.withLock { $0 -= 1 } }

  /// Number of uploads in progress.
  var count: Int { uploading.withLock { $0 } }
}
