#ifndef CPROCESSOR_SHIM_H
#define CPROCESSOR_SHIM_H

/// Fetches the cache line of an address, which may be any, into the level-2 cache.
static inline void prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Fetches the cache line of an address, which may be any, into the level-1 cache.
static inline void prefetchNear(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
