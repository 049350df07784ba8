#include <cstdlib>
#include <cstring>

#include "kernel_api.h"
#include "layout.h"

namespace snnl {
namespace {

#if defined(SNNL_X86)
// How far SNNL_CPU_ISA lets the choice go: 0 portable, 1 avx2, 2 avx512; anything else does not.
int wanted() {
  const char* name = std::getenv("SNNL_CPU_ISA");
  if (name == nullptr) return 2;
  if (std::strcmp(name, "portable") == 0) return 0;
  return std::strcmp(name, "avx2") == 0 ? 1 : 2;
}

const Kernels& choose() {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (avx512 && wanted() >= 2) return kAvx512Kernels;
  return avx2 && wanted() >= 1 ? kAvx2Kernels : kPortableKernels;
}
#else
const Kernels& choose() { return kPortableKernels; }
#endif

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

const char* cpu_instruction_set() { return kernels().name; }

}  // namespace snnl
