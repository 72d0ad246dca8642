#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// All float memory of an engine: allocated while the engine is set up, zeroed, aligned to 64 bytes,
/// freed together. Not Sendable by itself.
public final class FloatMemory {
  private var parts: [UnsafeMutableRawPointer] = []
  /// Bytes allocated so far.
  public private(set) var bytes = 0

  /// Nothing yet.
  public init() {}

  deinit {
    for part in parts { part.deallocate() }
  }

  /// Bytes of a large page.
  private static let pageCount = 2 << 20

  /// Floats behind each part that kernels may read or overwrite: vectors that hang over its end.
  public static let slack = 64

  /// Zeros that live as long as this object.
  public func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let whole = count + Self.slack
    let byteCount = whole * MemoryLayout<Float>.stride
    let isLarge = byteCount >= Self.pageCount
    let part = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: isLarge ? Self.pageCount : 64)
    #if os(Linux)
      // Large pages, where the system gives them: kernels walk through many places at once.
      if isLarge { madvise(part, byteCount / Self.pageCount * Self.pageCount, MADV_HUGEPAGE) }
    #endif
    parts.append(part)
    bytes += whole * MemoryLayout<Float>.stride
    let floats = part.bindMemory(to: Float.self, capacity: whole)
    floats.initialize(repeating: 0, count: whole)
    return floats
  }
}
