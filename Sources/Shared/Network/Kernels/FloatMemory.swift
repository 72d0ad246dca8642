#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// All float memory of an engine: allocated while the engine is set up, zeroed, aligned to 64 bytes,
/// freed together. Not Sendable by itself.
package final class FloatMemory {
  private var parts: [UnsafeMutableRawPointer] = []
  /// Bytes allocated so far.
  package private(set) var bytes = 0

  /// What is lent by others and not given away yet.
  private var lent: [UnsafeMutableBufferPointer<Float>]

  /// Whether memory is counted only, see `init(counting:)`.
  private let isCounting: Bool

  /// Nothing yet.
  ///
  /// - Parameter lent: memory to give away before any is allocated. It must outlive this object, and what
  ///   it holds is lost.
  package init(lent: [UnsafeMutableBufferPointer<Float>] = []) {
    self.lent = lent
    isCounting = false
  }

  /// Counts what would be allocated: the pointers that it gives must not be followed.
  package init(counting: Void) {
    lent = []
    isCounting = true
  }

  deinit {
    for part in parts { part.deallocate() }
  }

  /// Bytes of a large page.
  private static let pageCount = 2 << 20

  /// Floats after each part that kernels may read or overwrite: vectors that hang over its end.
  package static let slack = 64

  /// Floats that live as long as this object: whatever they hold, if they are lent, else zeros.
  package func scratch(_ count: Int) -> UnsafeMutablePointer<Float> {
    // Whole cache lines.
    let whole = (count + Self.slack + 15) / 16 * 16
    guard let index = lent.firstIndex(where: { $0.count >= whole }),
      let start = lent[index].baseAddress
    else { return floats(count) }
    lent[index] = UnsafeMutableBufferPointer(rebasing: lent[index][whole...])
    return start
  }

  /// Zeros that live as long as this object.
  package func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let whole = count + Self.slack
    let byteCount = whole * MemoryLayout<Float>.stride
    let isLarge = byteCount >= Self.pageCount
    if isCounting, let nowhere = UnsafeMutablePointer<Float>(bitPattern: Self.slack) {
      bytes += byteCount
      return nowhere
    }
    let part = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: isLarge ? Self.pageCount : 64)
    #if os(Linux)
      // Large pages, where the system gives them: kernels read and write at many addresses in turn.
      if isLarge { madvise(part, byteCount / Self.pageCount * Self.pageCount, MADV_HUGEPAGE) }
    #endif
    parts.append(part)
    bytes += byteCount
    let floats = part.bindMemory(to: Float.self, capacity: whole)
    floats.initialize(repeating: 0, count: whole)
    return floats
  }
}
