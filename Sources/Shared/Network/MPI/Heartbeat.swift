internal import Glibc

/// Signs of life around the ring of ranks: each rank sends them to the next one and listens for
/// those of the previous one.
///
/// The thread that makes all MPI calls sends them, whatever the program computes meanwhile: a rank
/// that writes a long checkpoint is not taken for dead.
struct Heartbeat: ~Copyable {
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

  /// The time since the last sign of the previous rank.
  private var silence: Duration { ContinuousClock.now - lastHeard }

  /// The silence if it is longer than two intervals; else nil.
  var lateness: Duration? { isListening && silence > interval * 2 ? silence : nil }

  /// Whether the previous rank has said that it leaves.
  var isPreviousLeaving: Bool { !isListening }

  /// Counts the silence from the beginning, because this rank could not listen.
  mutating func forgive() { lastHeard = .now }

  /// Tells the next rank that this one leaves. Returns soon, whether or not the message was sent.
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

  /// Sends and listens. A rank that has left counts as silent as well: waiting for it is in vain.
  ///
  /// - Returns: how long the previous rank has been silent, if that is too long; else nil.
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

  /// The same while this rank leaves. When it returns false, no message is under way.
  ///
  /// - Parameter hasSaidSo: whether the next rank has been told; false at first.
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
