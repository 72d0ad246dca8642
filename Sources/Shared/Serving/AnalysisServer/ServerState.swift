internal import Analyses
internal import AnalysisStore
internal import Logging

/// The parts of the server that answers to requests need.
struct ServerState: Sendable {
  let settings: ServerSettings
  let model: ModelDescription
  let store: AnalysisStore
  let hub: AnalysisHub
  let queue: AnalysisQueue
  let access: Access
  let admission: Admission
  let counters: ServerCounters
  /// Whether workers can take analyses.
  let readiness: Readiness
  let logger: Logger
}

extension ServerState {
  var upload: Upload {
    Upload(
      settings: settings, store: store, admission: admission, counters: counters,
      readiness: readiness)
  }

  /// An existing analysis.
  ///
  /// - Throws: `Problem.notFound`, or an error of the store.
  func analysis(_ id: AnalysisID) async throws -> Analysis {
    guard let analysis = try await store.analysis(id) else { throw Problem.notFound }
    return analysis
  }

  /// Position of an analysis in the queue, 1 for the next one; nil unless it is queued.
  func position(of analysis: Analysis) async throws -> Int? {
    analysis.state == .queued ? try await store.position(of: analysis) : nil
  }

  /// Deletes an analysis with all its files, also while a worker has it.
  func delete(_ id: AnalysisID) async throws -> Bool {
    do {
      let wasThere = try await store.delete(id)
      await queue.abandon(id)
      await hub.end(id)
      return wasThere
    } catch {
      // The files are gone, even if the database still has the analysis.
      await queue.abandon(id)
      throw error
    }
  }
}
