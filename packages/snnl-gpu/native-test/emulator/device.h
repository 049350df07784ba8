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
// Hands `bytes` of every lane to the whole warp: gives those of all 32 lanes, 32 bytes apart. They
// are valid until the next collective of the warp but one.
const char* exchange(const void* value, size_t bytes);
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

template <class T>
T of_lane(const char* exchanged, int lane, int index = 0) {
  T value;
  std::memcpy(&value, exchanged + lane * 32 + index * sizeof(T), sizeof value);
  return value;
}

inline float as_tf32(uint32_t value) { return bits<float>(value & 0xffffe000u); }
float round_to_zero(double value);

}  // namespace emulator

inline void __syncthreads() { emulator::block_barrier(); }
inline void __syncwarp() { emulator::warp_barrier(); }
template <class T>
T __shfl_xor_sync(unsigned, T value, int mask) {
  return emulator::of_lane<T>(emulator::exchange(&value, sizeof value), static_cast<int>(threadIdx.x % 32) ^ mask);
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
  const uint32_t own[7] = {a[0], a[1], a[2], a[3], b[0], b[1], a[0] | a[1] | a[2] | a[3]};
  const char* all = emulator::exchange(own, sizeof own);
  const int lane = static_cast<int>(threadIdx.x % 32);
  // Much of a tile is zeros where few samples have many features.
  uint32_t some = 0;
  for (int k = 0; k < 4; k++) some |= emulator::of_lane<uint32_t>(all, lane / 4 * 4 + k, 6);
  if (some == 0) return;
  for (int i = 0; i < 4; i++) {
    const int row = lane / 4 + (i < 2 ? 0 : 8), column = lane % 4 * 2 + i % 2;
    double sum = c[i];
    for (int k = 0; k < 8; k++) {
      // a_i of lane (group, t): row group + 8 (i % 2), column t + 4 (i / 2).
      const uint32_t left = emulator::of_lane<uint32_t>(all, row % 8 * 4 + k % 4, row / 8 + k / 4 * 2);
      // b_i of lane (group, t): row t + 4 i, column group.
      const uint32_t right = emulator::of_lane<uint32_t>(all, column * 4 + k % 4, 4 + k / 4);
      sum += static_cast<double>(emulator::as_tf32(left)) * emulator::as_tf32(right);
    }
    c[i] = emulator::round_to_zero(sum);
  }
}

}  // namespace snnl::cuda
