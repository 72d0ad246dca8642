#ifndef CPROCESSOR_SHIM_H
#define CPROCESSOR_SHIM_H

/// Fetches the cache line of an address, which may be any, into the level-2 cache.
static inline void prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Fetches the cache line of an address, which may be any, into the level-1 cache.
static inline void prefetchNear(const void *address) { __builtin_prefetch(address, 0, 3); }

#ifdef __AVX512F__
/// The floats of a register, which Swift knows as `SIMD16<Float>`.
typedef float floats16 __attribute__((ext_vector_type(16)));

/// `left * right + sum`, rounded once, by one instruction. What Swift offers, `addingProduct`, is one
/// for each lane; the optimizer finds the lanes together again, but of so many sometimes only halves.
static inline __attribute__((always_inline)) floats16 fused16(
    floats16 left, floats16 right, floats16 sum) {
  return __builtin_elementwise_fma(left, right, sum);
}
#endif

#endif
