internal import Dispatch
internal import Glibc
internal import Workers

/// Listens for requests to end the job: Ctrl-C (SIGINT), SIGTERM, or a closed terminal (SIGHUP).
/// The first signal asks to finish what is under way, the second to drop it.
///
/// A second SIGHUP changes nothing: the system and the shell both send one when a terminal is
/// closed. If SIGHUP was ignored at the start, as by nohup, it stays ignored.
package final class Interruption: Sendable {
  /// How urgently the job is to end.
  package enum Request: Int, Sendable, Comparable {
    /// Go on.
    case none
    /// Begin nothing new.
    case finish
    /// Drop what is under way.
    case abandon

    /// The order of urgency.
    package static func < (left: Request, right: Request) -> Bool { left.rawValue < right.rawValue }
  }

  private struct State {
    var request = Request.none
    var signal: Int32 = 0

    /// Counts a signal; returns the new request, or nil if the signal changes nothing.
    mutating func take(_ number: Int32) -> Request? {
      guard request == .none || number != SIGHUP else { return nil }
      request = request == .none ? .finish : .abandon
      if signal == 0 { signal = number }
      return request
    }
  }

  /// Whether SIGHUP was ignored at the start, as nohup does: looked up once, before this process
  /// ignores any signal.
  package static let ignoresTerminal: Bool = {
    var action = sigaction()
    sigaction(SIGHUP, nil, &action)
    return action.isIgnored
  }()

  /// The signals that are handled.
  private static let signals: [Int32] = [SIGINT, SIGTERM] + (ignoresTerminal ? [] : [SIGHUP])

  private let state = Locked(State())
  private let sources = Locked<[any DispatchSourceSignal]>([])

  /// Begins to listen.
  ///
  /// - Parameter onSignal: called on another thread for each signal that raises the request, with
  ///   the number of the first signal.
  package init(onSignal: @escaping @Sendable (Request, _ signal: Int32) -> Void) {
    let queue = DispatchQueue(label: "Interruption")
    for number in Self.signals {
      ignore(number)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { [self] in
        let asked = state.withLock { state in state.take(number).map { ($0, state.signal) } }
        if let (request, first) = asked { onSignal(request, first) }
      }
      source.resume()
      sources.withLock { $0.append(source) }
    }
  }

  /// The request so far.
  package var request: Request { state.withLock { $0.request } }

  /// The first signal that came, e.g. SIGINT; nil if none came.
  package var signal: Int32? { state.withLock { $0.signal == 0 ? nil : $0.signal } }
}

extension sigaction {
  fileprivate var isIgnored: Bool {
    unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
