internal import Dispatch

/// Time since its creation.
public struct Stopwatch: Sendable {
  private let start = DispatchTime.now().uptimeNanoseconds

  /// Starts.
  public init() {}

  /// Seconds since the start.
  public var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
}
