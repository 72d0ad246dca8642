internal import Collectives
internal import Kernels

/// Sums over ranks that go on while the program computes; see `Collective.beginSum`. Of the thread of MPI
/// alone.
///
/// They go in buckets of 4 MiB: of each bucket a rank gets its part from all others (Ialltoallv), sums it,
/// and sends the sum to all (Iallgather); float32 goes from and to where the numbers are. Some buckets are
/// under way at once. Both kinds of messages have a communicator of their own, on which they are posted in
/// the order of buckets: the same on every rank, whatever comes in between and whatever arrives first.
struct SumsUnderWay: ~Copyable {
  /// Numbers of a bucket.
  private static let bucketCount = 1 << 20
  /// Buckets that are under way at once.
  private static let bucketsUnderWay = 4

  private let library: MPILibrary
  private let rank: Int
  private let size: Int
  private let scattering: MPILibrary.Handle
  private let collecting: MPILibrary.Handle
  /// Slices whose bucket has not begun, in their order.
  private var waiting: [(UnsafeMutableBufferPointer<Float>, WirePrecision)] = []
  private var free: [Bucket] = []
  /// Buckets whose parts come in, the oldest first.
  private var scattered: [Bucket] = []
  /// Buckets whose sums come in, the oldest first.
  private var collected: [Bucket] = []

  /// All ranks call it at the same time.
  init(_ library: MPILibrary, rank: Int, size: Int) throws(MPIError) {
    // A struct that can't be copied must be whole once it has begun to be.
    let communicators = (try library.duplicateWorld(), try library.duplicateWorld())
    self.library = library
    self.rank = rank
    self.size = size
    (scattering, collecting) = communicators
  }

  /// Whether there is nothing to do.
  var isIdle: Bool { waiting.isEmpty && scattered.isEmpty && collected.isEmpty }

  /// Begins to sum numbers; `goOn` does it.
  mutating func begin(
    _ values: UnsafeMutableBufferPointer<Float>, as precision: WirePrecision
  ) {
    // A whole number for each rank: but for the last ones they are sent from where they are.
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

  /// Does what can be done without waiting; whether that was anything.
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

/// Numbers on their way through a sum over ranks.
private final class Bucket {
  let request: MPILibrary.Request
  private let library: MPILibrary
  private let rank: Int
  private let size: Int
  /// This rank's part, of every other rank.
  private let parts: UnsafeMutablePointer<Float>
  /// A number for each rank, the last ones of which may be zeros: fewer numbers than ranks travel so.
  private let padded: UnsafeMutablePointer<Float>
  /// First how many bytes are exchanged with each rank, none with itself; then where each rank's begin.
  private let layout: UnsafeMutablePointer<MPILibrary.Count>
  /// What travels rounded: all numbers, then this rank's part of every rank.
  private lazy var halves = HalfMemory(capacity: capacity)
  private let capacity: Int
  private var values = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
  private var precision = WirePrecision.float32
  /// Numbers of a part.
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

  /// Where the parts of all ranks lie.
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
      // What this rank brings is rounded like what others do.
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
    // The two halves of the tree, then both together to where the sum belongs.
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

  /// The sums are there.
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
