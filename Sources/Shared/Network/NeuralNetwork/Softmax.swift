#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The second probability of a softmax over two logits: `e^second / (e^first + e^second)`.
///
/// Written as a logistic function of the difference, so no logit is large enough to overflow it.
package func softmaxOfTwo(_ first: Float, _ second: Float) -> Float {
  1 / (1 + expf(first - second))
}
