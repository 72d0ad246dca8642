internal import Dispatch
#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif
internal import Workers

/// What the user asks for by Ctrl-C (SIGINT) or SIGTERM: the first asks to finish what is under way,
/// the second to drop it.
public final class Interruption: Sendable {
  /// How urgently the job shall end.
  public enum Request: Int, Sendable, Comparable {
    /// Go on.
    case none
    /// Begin nothing new.
    case finish
    /// Drop what is under way.
    case abandon

    /// From going on to dropping everything.
    public static func < (left: Request, right: Request) -> Bool { left.rawValue < right.rawValue }
  }

  private struct State {
    var request = Request.none
    var signal: Int32 = 0
  }

  private let state = Locked(State())
  private let sources = Locked<[any DispatchSourceSignal]>([])

  /// Begins to listen.
  ///
  /// - Parameter onSignal: called on a thread of its own at each signal.
  public init(onSignal: @escaping @Sendable (Request) -> Void) {
    let queue = DispatchQueue(label: "Interruption")
    for number in [SIGINT, SIGTERM] {
      ignore(number)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { [self] in
        let request = state.withLock { state in
          state.request = state.request == .none ? .finish : .abandon
          if state.signal == 0 { state.signal = number }
          return state.request
        }
        onSignal(request)
      }
      source.resume()
      sources.withLock { $0.append(source) }
    }
  }

  /// What has been asked for so far.
  public var request: Request { state.withLock { $0.request } }

  /// The first signal that came, e.g. SIGINT; nil where none came.
  public var signal: Int32? { state.withLock { $0.signal == 0 ? nil : $0.signal } }
}

/// A function of its own: inside of `Interruption` the name is its property's.
private func ignore(_ number: Int32) { signal(number, SIG_IGN) }
