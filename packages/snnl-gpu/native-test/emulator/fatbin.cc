// Stands for the generated fatbin: the emulated driver looks kernels up by name.
#include "cuda/fatbin.h"

namespace snnl::cuda {
const unsigned char kFatbin[] = {0};
const size_t kFatbinBytes = 1;
const int kToolkitVersion = 13000;
}  // namespace snnl::cuda
