// Peak of float32 fused multiply-add of one thread, in GFLOP/s of CPU time.
#pragma once
#include <time.h>

#include <algorithm>
#include <cstring>

namespace peak {

inline double thread_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

constexpr int kSums = 12;

#define SNNL_PEAK(NAME, TARGET, WIDTH)                                                        \
  TARGET inline double NAME() {                                                               \
    typedef float Floats __attribute__((vector_size(4 * WIDTH)));                             \
    Floats a = Floats{} + 1.0001f, b = Floats{} + 1e-9f, sums[kSums] = {};                    \
    double best = 0;                                                                          \
    for (int repeat = 0; repeat < 12; repeat++) {                                             \
      const double start = thread_seconds();                                                  \
      for (int k = 0; k < 500000; k++) {                                                      \
        _Pragma("GCC unroll 16") for (int s = 0; s < kSums; s++) sums[s] = a * b + sums[s];   \
        asm volatile("" : "+v"(a), "+v"(b));                                                  \
      }                                                                                       \
      const double seconds = thread_seconds() - start;                                        \
      best = std::max(best, 500000.0 * kSums * 2 * WIDTH / seconds * 1e-9);                   \
    }                                                                                         \
    for (Floats& sum : sums) asm volatile("" : "+v"(sum));                                    \
    return best;                                                                              \
  }

#if defined(__x86_64__)
SNNL_PEAK(avx512, __attribute__((target("avx512f"))), 16)
SNNL_PEAK(avx2, __attribute__((target("avx2,fma"))), 8)
#endif
SNNL_PEAK(portable, , 4)
#undef SNNL_PEAK

}  // namespace peak

inline double peak_gflops(const char* instruction_set) {
#if defined(__x86_64__)
  if (!std::strcmp(instruction_set, "avx512")) return peak::avx512();
  if (!std::strcmp(instruction_set, "avx2")) return peak::avx2();
#endif
  return peak::portable();
}
