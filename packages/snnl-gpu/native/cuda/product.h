// What the products of tiles have in common, whichever units compute them.
#pragma once
#include "args.h"
#include "platform.h"

namespace snnl::cuda {

// A matrix in global memory from the first element of a tile on; rows `stride` floats apart.
struct Operand {
  const float* first;
  int64_t stride;
};

// Sums over many features in levels: the rounding of one sum grows with its length, so sums over
// kLevelSteps * kDepth products each are added up. Registers have no room for that: the former levels
// of a tile stand in global memory, where every thread reads only what it wrote.
constexpr int kLevelSteps = 32;

SNNL_DEVICE void clear_levels(float* former) {
  for (int i = threadIdx.x; i < kTile * kTile; i += kThreads) former[i] = 0;
}

// sums += former levels.
template <int kRows, int kColumns>
SNNL_DEVICE void add_levels(float (&sums)[kRows][kColumns], const float* former) {
#pragma unroll
  for (int i = 0; i < kRows * kColumns; i++) {
    // A few at a time, or the compiler wants registers for all at once.
    if (i % 8 == 0) __syncwarp();
    sums[i / kColumns][i % kColumns] += former[i * kThreads + threadIdx.x];
  }
}

template <int kRows, int kColumns>
SNNL_DEVICE void end_level(float (&sums)[kRows][kColumns], float* former) {
  add_levels(sums, former);
#pragma unroll
  for (int i = 0; i < kRows * kColumns; i++) {
    former[i * kThreads + threadIdx.x] = sums[i / kColumns][i % kColumns];
    sums[i / kColumns][i % kColumns] = 0;
  }
}

}  // namespace snnl::cuda
