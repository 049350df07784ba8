#include <cstdlib>
#include <cstring>

#include "../kernel_api.h"
#include "layout.h"

#if defined(SNNL_X86) && defined(_MSC_VER)
#include <immintrin.h>
#include <intrin.h>
#endif

namespace snnl {
namespace {

#if defined(SNNL_X86) && defined(_MSC_VER)
struct Processor {
  bool avx2 = false, avx512 = false;
  Processor() {
    int leaf1[4], leaf7[4];
    __cpuid(leaf1, 1);
    const bool saves = leaf1[2] & (1 << 27), fma = leaf1[2] & (1 << 12);
    if (!saves) return;
    __cpuidex(leaf7, 7, 0);
    const auto state = _xgetbv(0);
    const int wanted = 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31;  // F, DQ, BW, VL
    avx2 = (state & 6) == 6 && fma && (leaf7[1] & (1 << 5));
    avx512 = avx2 && (state & 0xe6) == 0xe6 && (leaf7[1] & wanted) == wanted;
  }
};
#elif defined(SNNL_X86)
struct Processor {
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
};
#endif

const Kernels& choose() {
#if defined(SNNL_X86)
  const Processor has;
  const char* wanted = std::getenv("SNNL_CPU_ISA");
  const auto allows = [&](const char* name) { return !wanted || std::strcmp(wanted, name) == 0; };
  if (has.avx512 && allows("avx512")) return kAvx512Kernels;
  if (has.avx2 && (allows("avx2") || allows("avx512"))) return kAvx2Kernels;
#endif
  return kPortableKernels;
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

const char* cpu_instruction_set() { return kernels().name; }

}  // namespace snnl
