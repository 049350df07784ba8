#pragma once
#if defined(__GNUC__)
#define SNNL_INLINE inline __attribute__((always_inline))
#define SNNL_INLINE_LAMBDA __attribute__((always_inline))
#else
#define SNNL_INLINE __forceinline
#define SNNL_INLINE_LAMBDA
#endif
// Register tiles must be unrolled, or they live in memory.
#if defined(__clang__)
#define SNNL_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define SNNL_UNROLL _Pragma("GCC unroll 16")
#else
#define SNNL_UNROLL
#endif
