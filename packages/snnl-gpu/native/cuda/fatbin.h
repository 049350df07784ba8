// What build.mjs puts into the addon.
#pragma once
#include <cstddef>

namespace snnl::cuda {

extern const unsigned char kFatbin[];  // of kernels.cu
extern const size_t kFatbinBytes;      // 0 where there was no nvcc
extern const int kToolkitVersion;      // of nvcc: 1000 major + 10 minor

}  // namespace snnl::cuda
