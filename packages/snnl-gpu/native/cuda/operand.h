#pragma once
#include <cstdint>

namespace snnl::cuda {

// A matrix in global memory from the first element of a tile on; rows `stride` floats apart.
struct Operand {
  const float* first;
  int64_t stride;
};

}  // namespace snnl::cuda
