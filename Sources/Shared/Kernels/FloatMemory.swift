/// All float memory of an engine: allocated while the engine is set up, zeroed, aligned to 64 bytes,
/// freed together. Not Sendable by itself.
public final class FloatMemory {
  private var parts: [UnsafeMutableRawPointer] = []
  /// Bytes allocated so far.
  public private(set) var bytes = 0

  public init() {}

  deinit {
    for part in parts { part.deallocate() }
  }

  /// Floats behind each part that kernels may read or overwrite: vectors that hang over its end.
  public static let slack = 64

  /// Zeros that live as long as this object.
  public func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
    let whole = count + Self.slack
    let part = UnsafeMutableRawPointer.allocate(
      byteCount: whole * MemoryLayout<Float>.stride, alignment: 64)
    parts.append(part)
    bytes += whole * MemoryLayout<Float>.stride
    let floats = part.bindMemory(to: Float.self, capacity: whole)
    floats.initialize(repeating: 0, count: whole)
    return floats
  }
}
