// Stands in for a GPU, so that a C++ compiler can compile the kernels and tests can run them: every
// thread of a block is a fiber, and blocks run one after another. What a GPU may do late (copies to
// shared memory, other threads) is done as late as the rules allow.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#include "cuda/args.h"

#define SNNL_KERNEL(name, blocks) extern "C" void name(const snnl::cuda::Args& args)
#define SNNL_SHARED(name) float* const name = emulator::shared_memory()
#define SNNL_DEVICE inline
#define SNNL_TENSOR_CORES 1

struct Index3 {
  unsigned x, y, z;
};
extern Index3 threadIdx, blockIdx;

struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) float2 {
  float x, y;
};
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline float2 make_float2(float x, float y) { return {x, y}; }

namespace emulator {

float* shared_memory();
void block_barrier();
void warp_barrier();
// 1 KB for the lanes of a warp to hand values to each other, before a barrier and after it: valid until
// the next collective of the warp but one.
char* warp_slots();
void copy_async(float* to, const float* from, bool valid);
void commit_copies();
void await_copies(int pending);

template <class To, class From>
To bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

inline float as_tf32(uint32_t value) { return bits<float>(value & 0xffffe000u); }

inline float round_to_zero(double value) {
  const float nearest = static_cast<float>(value);
  const bool beyond = std::abs(static_cast<double>(nearest)) > std::abs(value);
  return bits<float>(bits<uint32_t>(nearest) - beyond);  // the next float towards 0
}

}  // namespace emulator

inline void __syncthreads() { emulator::block_barrier(); }
inline void __syncwarp() { emulator::warp_barrier(); }
template <class T>
T __shfl_xor_sync(unsigned, T value, int mask) {
  T* const values = reinterpret_cast<T*>(emulator::warp_slots());
  const int lane = static_cast<int>(threadIdx.x % 32);
  values[lane] = value;
  emulator::warp_barrier();
  return values[lane ^ mask];
}
inline int __popc(uint32_t value) { return __builtin_popcount(value); }
inline uint32_t __float_as_uint(float value) { return emulator::bits<uint32_t>(value); }
inline float __uint_as_float(uint32_t value) { return emulator::bits<float>(value); }
inline int __float_as_int(float value) { return emulator::bits<int>(value); }
inline float __int_as_float(int value) { return emulator::bits<float>(value); }

namespace snnl::cuda {

inline void forget_origin(uint32_t&) {}

inline float exp2_fast(float x) {
  const float y = std::exp2(x);
  return y < 0x1p-126f ? 0 : y;
}

inline void copy_async(float* shared, const float* global, bool valid) { emulator::copy_async(shared, global, valid); }
inline void commit_copies() { emulator::commit_copies(); }
template <int kPending>
void await_copies() {
  emulator::await_copies(kPending);
}

// Fragments as PTX describes those of mma.m16n8k8 with .tf32. The sum of nine terms is formed
// exactly enough and rounded towards 0, which no tensor core does worse.
inline void multiply_tf32(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  const int lane = static_cast<int>(threadIdx.x % 32), group = lane / 4, t = lane % 4;
  // [16][8], the other factor transposed, [8][8], and of each lane whether it has all zeros in `a`.
  float* const left = reinterpret_cast<float*>(emulator::warp_slots());
  float* const right = left + 16 * 8;
  char* const zeros = reinterpret_cast<char*>(right + 8 * 8);
  for (int i = 0; i < 4; i++) left[(group + i % 2 * 8) * 8 + t + i / 2 * 4] = emulator::as_tf32(a[i]);
  for (int i = 0; i < 2; i++) right[group * 8 + t + i * 4] = emulator::as_tf32(b[i]);
  zeros[lane] = (a[0] | a[1] | a[2] | a[3]) == 0;
  emulator::warp_barrier();
  // Much of a tile is zeros where few samples have many features.
  if (std::memcmp(zeros + group * 4, "\1\1\1\1", 4) == 0) return;
  const float *const upper = left + group * 8, *const lower = upper + 8 * 8;
  for (int i = 0; i < 4; i++) {
    const float *const row = i < 2 ? upper : lower, *const column = right + (t * 2 + i % 2) * 8;
    double sum = c[i];
    for (int k = 0; k < 8; k++) sum += static_cast<double>(row[k]) * column[k];
    c[i] = emulator::round_to_zero(sum);
  }
}

}  // namespace snnl::cuda
