internal import Dispatch
internal import Glibc
internal import Workers

/// What the user asks for by Ctrl-C (SIGINT), SIGTERM, or a terminal that goes away (SIGHUP): the first
/// asks to finish what is under way, the second to drop it.
///
/// SIGHUP never drops anything: the system and the shell both send it when a terminal is closed. Where
/// it was ignored at the start, as by nohup, it stays ignored.
package final class Interruption: Sendable {
  /// How urgently the job shall end.
  package enum Request: Int, Sendable, Comparable {
    /// Go on.
    case none
    /// Begin nothing new.
    case finish
    /// Drop what is under way.
    case abandon

    /// From going on to dropping everything.
    package static func < (left: Request, right: Request) -> Bool { left.rawValue < right.rawValue }
  }

  private struct State {
    var request = Request.none
    var signal: Int32 = 0

    /// What a signal changes; nil where it changes nothing.
    mutating func take(_ number: Int32) -> Request? {
      guard request == .none || number != SIGHUP else { return nil }
      request = request == .none ? .finish : .abandon
      if signal == 0 { signal = number }
      return request
    }
  }

  /// Whether the end of the terminal is ignored, as nohup has it: looked up once, before any signal is
  /// listened to.
  package static let ignoresTerminal: Bool = {
    var action = sigaction()
    sigaction(SIGHUP, nil, &action)
    return action.isIgnored
  }()

  /// The signals that are listened to.
  private static let signals: [Int32] = [SIGINT, SIGTERM] + (ignoresTerminal ? [] : [SIGHUP])

  private let state = Locked(State())
  private let sources = Locked<[any DispatchSourceSignal]>([])

  /// Begins to listen.
  ///
  /// - Parameter onSignal: called on a thread of its own at each signal that asks for more than the ones
  ///   before, with the first one's number.
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

  /// What has been asked for so far.
  package var request: Request { state.withLock { $0.request } }

  /// The first signal that came, e.g. SIGINT; nil where none came.
  package var signal: Int32? { state.withLock { $0.signal == 0 ? nil : $0.signal } }
}

extension sigaction {
  fileprivate var isIgnored: Bool {
    unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
