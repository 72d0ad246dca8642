#ifndef CPROCESSOR_SHIM_H
#define CPROCESSOR_SHIM_H

/// Fetches the cache line of an address into the level-2 cache. Any address is allowed.
static inline void prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Fetches the cache line of an address into the level-1 cache. Any address is allowed.
static inline void prefetchNear(const void *address) { __builtin_prefetch(address, 0, 3); }

#ifdef __AVX512F__
/// The floats of a register, which Swift knows as `SIMD16<Float>`.
typedef float floats16 __attribute__((ext_vector_type(16)));

/// `left * right + sum`, rounded once, by one instruction. Swift's `addingProduct` makes an
/// operation for each lane; the optimizer joins them again, but for so many lanes sometimes only
/// half of them.
static inline __attribute__((always_inline)) floats16 fused16(
    floats16 left, floats16 right, floats16 sum) {
  return __builtin_elementwise_fma(left, right, sum);
}

/// Takes, of each four floats, the first two of both vectors, alternately. Swift builds such a
/// vector lane by lane, and the optimizer makes three times as many instructions of that.
static inline __attribute__((always_inline)) floats16 interleaveLow(
    floats16 left, floats16 right) {
  return __builtin_shufflevector(
      left, right, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
}

/// Takes, of each four floats, the last two of both vectors, alternately.
static inline __attribute__((always_inline)) floats16 interleaveHigh(
    floats16 left, floats16 right) {
  return __builtin_shufflevector(
      left, right, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
}
#else
/// `SIMD8<Float>`: one register, or two.
typedef float floats8 __attribute__((ext_vector_type(8)));

/// The same for vectors of eight floats.
static inline __attribute__((always_inline)) floats8 interleaveLow(floats8 left, floats8 right) {
  return __builtin_shufflevector(left, right, 0, 8, 1, 9, 4, 12, 5, 13);
}

static inline __attribute__((always_inline)) floats8 interleaveHigh(floats8 left, floats8 right) {
  return __builtin_shufflevector(left, right, 2, 10, 3, 11, 6, 14, 7, 15);
}
#endif

#endif
