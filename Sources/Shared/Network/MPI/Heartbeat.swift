internal import Glibc

/// Signs of life around the ring of ranks: each sends them to the next one and listens to the one before.
///
/// They are sent by the thread that makes all calls of MPI, whatever the program computes meanwhile: a
/// long checkpoint is no death.
struct Heartbeat: ~Copyable {
  /// What a sign says.
  private enum Sign: Int {
    case alive = 1
    case leaving = 2
  }

  private static let tag: Int32 = 71
  private static let bytes = MemoryLayout<Int>.size

  private let library: MPILibrary
  private let next: Int
  /// The rank that is listened to.
  let previous: Int
  private let interval: Duration
  private let longestSilence: Duration
  private let sent: UnsafeMutablePointer<Int>
  private let received: UnsafeMutablePointer<Int>
  private let sending: MPILibrary.Request
  private let receiving: MPILibrary.Request
  private var isSending = false
  private var isListening = false
  private var lastSent: ContinuousClock.Instant
  private var lastHeard: ContinuousClock.Instant

  init(_ library: MPILibrary, rank: Int, size: Int, longestSilence: Duration) {
    self.library = library
    next = (rank + 1) % size
    previous = (rank + size - 1) % size
    self.longestSilence = longestSilence
    interval = min(longestSilence / 6, .seconds(10))
    sent = .allocate(capacity: 1)
    received = .allocate(capacity: 1)
    sending = .allocate(capacity: 1)
    receiving = .allocate(capacity: 1)
    sending.initialize(to: 0)
    receiving.initialize(to: 0)
    received.initialize(to: 0)
    sent.initialize(to: Sign.alive.rawValue)
    lastSent = .now - interval
    lastHeard = .now
    listen()
  }

  deinit {
    sent.deallocate()
    received.deallocate()
    sending.deallocate()
    receiving.deallocate()
  }

  private mutating func listen() {
    library.postReceive(received, count: Self.bytes, from: previous, tag: Self.tag, receiving)
    isListening = true
  }

  private mutating func send(_ sign: Sign) {
    sent.pointee = sign.rawValue
    library.postSend(sent, count: Self.bytes, to: next, tag: Self.tag, sending)
    isSending = true
    lastSent = .now
  }

  /// How long nothing has been heard of the rank before.
  private var silence: Duration { ContinuousClock.now - lastHeard }

  /// The same where it is longer than it should be, if not too long; else nil.
  var lateness: Duration? { isListening && silence > interval * 2 ? silence : nil }

  /// Whether the rank before has said that it leaves.
  var isPreviousLeaving: Bool { !isListening }

  /// Begins to listen anew: what was not heard until now says nothing.
  mutating func forgive() { lastHeard = .now }

  /// Tells the next rank that this one leaves, whatever the others do; returns soon, heard or not.
  mutating func sayLastWord() {
    for _ in 0..<50 {
      if isSending {
        isSending = !library.isComplete(sending)
        if !isSending, sent.pointee == Sign.leaving.rawValue { return }
      } else {
        send(.leaving)
      }
      usleep(1000)
    }
  }

  /// Sends and listens. A rank that has left is silent as well: whoever waits for it waits in vain.
  ///
  /// - Returns: for how long the rank before has been silent, if that is too long.
  mutating func goOn() -> Duration? {
    if isListening, library.isComplete(receiving) {
      lastHeard = .now
      isListening = false
      if received.pointee != Sign.leaving.rawValue { listen() }
    }
    if isSending, library.isComplete(sending) { isSending = false }
    let now = ContinuousClock.now
    if !isSending, now - lastSent >= interval { send(.alive) }
    return now - lastHeard > longestSilence ? now - lastHeard : nil
  }

  /// The same while this rank leaves: nothing is under way when it returns nil.
  ///
  /// - Parameter hasSaidSo: whether the next rank was told; false at first.
  /// - Returns: whether there is more to wait for.
  mutating func leave(_ hasSaidSo: inout Bool) -> Bool {
    if !hasSaidSo {
      if isSending {
        isSending = !library.isComplete(sending)
      } else {
        send(.leaving)
        hasSaidSo = true
      }
      return true
    }
    if isSending, library.isComplete(sending) { isSending = false }
    if isListening, library.isComplete(receiving) {
      isListening = false
      if received.pointee != Sign.leaving.rawValue { listen() }
    }
    return isSending || isListening
  }
}
