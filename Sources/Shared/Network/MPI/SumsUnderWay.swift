internal import Collectives
internal import Kernels

/// Sums over ranks that go on while the program computes; see `Collective.beginSum`. Used by the
/// MPI thread only.
///
/// The numbers are sent in buckets of 4 MiB. A rank receives its part of a bucket from all others
/// (Ialltoallv), sums it, and sends the sum to all (Iallgather). float32 numbers are not copied:
/// they are sent from, and received in, the caller's memory. Several buckets are under way at once.
/// Each of the two kinds of messages has a communicator of its own, on which they are posted in the
/// order of buckets: the same on every rank, whatever is posted in between and whatever arrives
/// first.
struct SumsUnderWay: ~Copyable {
  /// Numbers in a bucket.
  private static let bucketCount = 1 << 20
  /// Buckets that are under way at once.
  private static let bucketsUnderWay = 4

  private let library: MPILibrary
  private let rank: Int
  private let size: Int
  private let scattering: MPILibrary.Handle
  private let collecting: MPILibrary.Handle
  /// Slices that wait for a free bucket, in their order.
  private var waiting: [(UnsafeMutableBufferPointer<Float>, WirePrecision)] = []
  private var free: [Bucket] = []
  /// Buckets whose parts are being received, the oldest first.
  private var scattered: [Bucket] = []
  /// Buckets whose sums are being received, the oldest first.
  private var collected: [Bucket] = []

  /// All ranks must call this at the same time.
  init(_ library: MPILibrary, rank: Int, size: Int) throws(MPIError) {
    // These come first: a noncopyable struct can't throw while it is partly initialised.
    let communicators = (try library.duplicateWorld(), try library.duplicateWorld())
    self.library = library
    self.rank = rank
    self.size = size
    (scattering, collecting) = communicators
  }

  /// Whether there is nothing to do.
  var isIdle: Bool { waiting.isEmpty && scattered.isEmpty && collected.isEmpty }

  /// Accepts numbers to sum; `goOn` does the work.
  mutating func begin(
    _ values: UnsafeMutableBufferPointer<Float>, as precision: WirePrecision
  ) {
    // Slices hold a multiple of `size` numbers, and are sent without a copy; the few that are left
    // over are a slice of their own.
    let whole = max(Self.bucketCount / size, 1) * size
    let end = values.count / size * size
    for first in stride(from: 0, to: end, by: whole) {
      waiting.append((.init(rebasing: values[first..<min(first + whole, end)]), precision))
    }
    if end < values.count { waiting.append((.init(rebasing: values[end...]), precision)) }
    if free.isEmpty, scattered.isEmpty, collected.isEmpty {
      free = (0..<Self.bucketsUnderWay).map { _ in
        Bucket(library, rank: rank, size: size, capacity: whole)
      }
    }
  }

  /// Does what can be done without waiting, and says whether there was anything to do.
  mutating func goOn() -> Bool {
    var hasMoved = false
    while let bucket = collected.first, library.isComplete(bucket.request) {
      bucket.finish()
      free.append(collected.removeFirst())
      hasMoved = true
    }
    while let bucket = scattered.first, library.isComplete(bucket.request) {
      bucket.collect(on: collecting)
      collected.append(scattered.removeFirst())
      hasMoved = true
    }
    while !waiting.isEmpty, let bucket = free.popLast() {
      let (values, precision) = waiting.removeFirst()
      bucket.scatter(values, as: precision, on: scattering)
      scattered.append(bucket)
      hasMoved = true
    }
    return hasMoved
  }
}

/// A slice of the numbers, while it is summed over the ranks.
private final class Bucket {
  let request: MPILibrary.Request
  private let library: MPILibrary
  private let rank: Int
  private let size: Int
  /// This rank's part, as received from every other rank.
  private let parts: UnsafeMutablePointer<Float>
  /// One number for each rank, zeros at the end: used for slices of fewer numbers than ranks.
  private let padded: UnsafeMutablePointer<Float>
  /// First the number of bytes exchanged with each rank, 0 with itself; then their offset for each
  /// rank.
  private let layout: UnsafeMutablePointer<MPILibrary.Count>
  /// The numbers as bfloat16: all numbers to send, and this rank's part as received from every
  /// rank.
  private lazy var halves = HalfMemory(capacity: capacity)
  private let capacity: Int
  private var values = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
  private var precision = WirePrecision.float32
  /// Numbers in a part.
  private var partCount = 0

  init(_ library: MPILibrary, rank: Int, size: Int, capacity: Int) {
    self.library = library
    self.rank = rank
    self.size = size
    self.capacity = capacity
    parts = .allocate(capacity: capacity)
    parts.initialize(repeating: 0, count: capacity)
    padded = .allocate(capacity: size)
    padded.initialize(repeating: 0, count: size)
    layout = .allocate(capacity: 2 * size)
    layout.initialize(repeating: 0, count: 2 * size)
    request = .allocate(capacity: 1)
    request.initialize(to: 0)
  }

  deinit {
    parts.deallocate()
    padded.deallocate()
    layout.deallocate()
    request.deallocate()
  }

  private var isPadded: Bool { !values.count.isMultiple(of: size) }

  /// The memory of the parts of all ranks.
  private var whole: UnsafeMutablePointer<Float> {
    isPadded ? padded : values.baseAddress ?? padded
  }

  private var bytesOfPart: Int {
    partCount * (precision == .float32 ? MemoryLayout<Float>.stride : MemoryLayout<UInt16>.stride)
  }

  /// Sends each rank its part.
  func scatter(
    _ values: UnsafeMutableBufferPointer<Float>, as precision: WirePrecision,
    on communicator: MPILibrary.Handle
  ) {
    self.values = values
    self.precision = precision
    partCount = (values.count + size - 1) / size
    if isPadded, let source = values.baseAddress {
      padded.update(from: source, count: values.count)
      (padded + values.count).update(repeating: 0, count: size - values.count)
    }
    for other in 0..<size {
      layout[other] = other == rank ? 0 : MPILibrary.Count(bytesOfPart)
      layout[size + other] = MPILibrary.Count(other * bytesOfPart)
    }
    let (sent, received): (UnsafeRawPointer, UnsafeMutableRawPointer)
    switch precision {
    case .float32: (sent, received) = (UnsafeRawPointer(whole), UnsafeMutableRawPointer(parts))
    case .bfloat16:
      halves.round(whole, into: halves.whole, count: size * partCount)
      (sent, received) = (UnsafeRawPointer(halves.whole), UnsafeMutableRawPointer(halves.parts))
    }
    library.postAllToAll(sent, received, (layout, layout + size), on: communicator, request)
  }

  /// Sums this rank's part over the ranks, pairwise in their order, and sends it to all.
  func collect(on communicator: MPILibrary.Handle) {
    let own = whole + rank * partCount
    if precision == .bfloat16 {
      for other in 0..<size where other != rank {
        halves.widen(
          halves.parts + other * partCount, into: parts + other * partCount, count: partCount)
      }
      // This rank's own numbers are rounded like those of the others.
      halves.widen(halves.whole + rank * partCount, into: own, count: partCount)
    }
    sum(into: own)
    switch precision {
    case .float32:
      library.postAllGather(nil, whole, bytesOfRank: bytesOfPart, on: communicator, request)
    case .bfloat16:
      halves.round(own, into: halves.whole + rank * partCount, count: partCount)
      library.postAllGather(
        nil, halves.whole, bytesOfRank: bytesOfPart, on: communicator, request)
    }
  }

  private func sum(into own: UnsafeMutablePointer<Float>) {
    let (parts, partCount, rank) = (parts, partCount, rank)
    func part(_ number: Int) -> UnsafeMutablePointer<Float> {
      number == rank ? own : parts + number * partCount
    }
    // First the two halves of the tree, then their sum, which goes to `own`.
    let half = pairwiseSplit(size)
    for (first, count) in [(0, half), (half, size - half)] {
      pairwiseReduce(count: count) { target, source in
        let (target, source) = (part(first + target), part(first + source))
        for index in 0..<partCount { target[index] += source[index] }
      }
    }
    let (left, right) = (part(0), part(half))
    for index in 0..<partCount { own[index] = left[index] + right[index] }
  }

  /// Called when the sums have arrived: writes them to the caller's memory, if they are elsewhere.
  func finish() {
    if precision == .bfloat16 { halves.widen(halves.whole, into: whole, count: size * partCount) }
    if isPadded { values.baseAddress?.update(from: padded, count: values.count) }
  }
}

/// Numbers of a bucket as bfloat16.
private final class HalfMemory {
  let whole: UnsafeMutablePointer<UInt16>
  let parts: UnsafeMutablePointer<UInt16>

  init(capacity: Int) {
    whole = .allocate(capacity: capacity)
    parts = .allocate(capacity: capacity)
    whole.initialize(repeating: 0, count: capacity)
    parts.initialize(repeating: 0, count: capacity)
  }

  deinit {
    whole.deallocate()
    parts.deallocate()
  }

  func round(_ values: UnsafePointer<Float>, into bits: UnsafeMutablePointer<UInt16>, count: Int) {
    for index in 0..<count { bits[index] = BFloat16.bits(of: values[index]) }
  }

  func widen(_ bits: UnsafePointer<UInt16>, into values: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { values[index] = BFloat16.value(of: bits[index]) }
  }
}
