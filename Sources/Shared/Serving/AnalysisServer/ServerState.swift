internal import Analyses
internal import AnalysisStore
internal import Logging

/// What the answers to requests are made of.
struct ServerState: Sendable {
  let settings: ServerSettings
  /// What the model is, for people and programs.
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

  /// An analysis that there is.
  func analysis(_ id: AnalysisID) async throws -> Analysis {
    guard let analysis = try await store.analysis(id) else { throw Problem.notFound }
    return analysis
  }

  /// The place of an analysis in the queue, 1 for the next one; nil unless it waits.
  func position(of analysis: Analysis) async throws -> Int? {
    analysis.state == .queued ? try await store.position(of: analysis) : nil
  }

  /// Deletes an analysis with all that belongs to it, also while a worker has it.
  func delete(_ id: AnalysisID) async throws -> Bool {
    do {
      let wasThere = try await store.delete(id)
      await queue.abandon(id)
      await hub.end(id)
      return wasThere
    } catch {
      // Its files are gone, whatever the database says.
      await queue.abandon(id)
      throw error
    }
  }
}
