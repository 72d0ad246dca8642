#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension RandomStream {
  /// A number from the standard normal distribution (Box and Muller, the cosine of each pair).
  package mutating func normal() -> Float {
    // 1 - u lies in (0, 1]: the logarithm is finite.
    let radius = (-2 * log(1 - uniform(0, 1))).squareRoot()
    return Float(radius * cos(2 * Double.pi * uniform(0, 1)))
  }
}
