package import Analyses
internal import AnalysisStore
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// The web server: pages, API, queue and worker processes, on one data folder.
package struct AnalysisServer {
  private let state: ServerState
  private let signals: [UnixSignal]
  private let isReady: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - endsWithTerminal: Whether the server stops when its terminal is closed (SIGHUP), like
  ///     programs that weren't started by nohup.
  ///   - isReady: Called with the port when the server listens and a worker has loaded the model.
  /// - Throws: `AnalysisStoreError` if the data folder can't be used.
  package init(
    _ settings: ServerSettings, model: ModelDescription, logger: Logger, endsWithTerminal: Bool,
    isReady: @escaping @Sendable (_ port: Int) async -> Void
  ) throws {
    let store = try AnalysisStore(path: settings.dataPath)
    state = ServerState(
      settings: settings, model: model, store: store, hub: AnalysisHub(),
      queue: AnalysisQueue(store, logger: logger), access: Access(settings),
      admission: Admission(settings, store), counters: ServerCounters(), readiness: Readiness(),
      logger: logger)
    signals = [.sigterm, .sigint] + (endsWithTerminal ? [.sighup] : [])
    self.isReady = isReady
  }

  /// Serves until SIGTERM, SIGINT or the end of the terminal; running analyses then get some
  /// seconds to end.
  package func run() async throws {
    let recovered = try await state.store.recover()
    if recovered > 0 {
      state.logger.notice("analyses of a server that was stopped wait again: \(recovered)")
    }
    let settings = state.settings
    let listening = Listening(state: state, isReady: isReady)
    let channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [
        IdleStateHandler(allTimeout: .seconds(IdleConnections.seconds(settings))),
        IdleConnections(), RequestHeadHandler(),
      ], idleTimeout: .seconds(30),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))
    let application = Application(
      responder: ServerResponder(state: state), server: .http1(configuration: channel),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port), serverName: nil,
        availableConnectionsDelegate: MaximumAvailableConnections(settings.connections)),
      onServerRunning: { channel in
        await listening.began(port: channel.localAddress?.port ?? settings.port)
      }, logger: state.logger)
    var configuration = ServiceGroupConfiguration(
      services: [
        // Services are stopped in the reverse order: workers first, so that no answer waits for one
        // any more.
        .init(service: Housekeeping(state: state)), .init(service: application),
        .init(service: WorkerService(state: state, listening: listening)),
      ], gracefulShutdownSignals: signals, logger: state.logger)
    configuration.maximumGracefulShutdownDuration = .seconds(30)
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch let error as ServerError {
      throw error
    } catch let error as AnalysisStoreError {
      throw error
    } catch  where !state.readiness.isListening {
      throw ServerError(
        .addressUnusable,
        "can't listen on \(settings.host), port \(settings.port): \(error); choose another --port (0 "
          + "takes a free one) or --host")
    }
  }
}

/// Calls `isReady` once, when the server listens and a worker is ready.
private actor Listening {
  private let state: ServerState
  private let isReady: @Sendable (Int) async -> Void
  private var port: Int?
  private var isReported = false

  init(state: ServerState, isReady: @escaping @Sendable (Int) async -> Void) {
    self.state = state
    self.isReady = isReady
  }

  func began(port: Int) async {
    self.port = port
    state.readiness.listeningBegan()
    await report()
  }

  func workerStarted() async {
    state.readiness.workerStarted()
    await report()
  }

  private func report() async {
    guard let port, state.readiness.isReady, !isReported else { return }
    isReported = true
    await isReady(port)
  }
}

/// The worker processes.
private struct WorkerService: Service {
  let state: ServerState
  let listening: Listening

  /// Seconds that running analyses have to end when the server stops.
  private static let graceSeconds = 15.0

  func run() async throws {
    let slot = WorkerSlot(
      settings: state.settings, store: state.store, queue: state.queue, hub: state.hub,
      counters: state.counters, readiness: state.readiness, logger: state.logger)
    let slots = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<state.settings.workers {
          group.addTask {
            try await slot.run { Task { await listening.workerStarted() } }
          }
        }
        try await group.waitForAll()
      }
    }
    try await withTaskCancellationOrGracefulShutdownHandler {
      do { try await slots.value } catch is CancellationError {}
    } onCancelOrGracefulShutdown: {
      state.readiness.stop()
      Task {
        await state.queue.stop()
        await state.hub.endAll()
        try? await Task.sleep(for: .seconds(Self.graceSeconds))
        slots.cancel()
      }
    }
  }
}

/// Deletes expired analyses.
private struct Housekeeping: Service {
  let state: ServerState

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          for id in try await state.store.expired(at: WallClock.seconds) {
            _ = try await state.delete(id)
          }
        } catch {
          state.logger.error("\(error)")
        }
        do { try await Task.sleep(for: .seconds(30)) } catch { return }
      }
    }
  }
}
