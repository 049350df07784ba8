#pragma once
#define SNNL_INLINE inline __attribute__((always_inline))
#define SNNL_INLINE_LAMBDA __attribute__((always_inline))
// Register tiles must be unrolled, or they live in memory.
#if defined(__clang__)
#define SNNL_UNROLL _Pragma("clang loop unroll(full)")
#else
#define SNNL_UNROLL _Pragma("GCC unroll 16")
#endif
