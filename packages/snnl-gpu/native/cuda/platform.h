// What kernels need of the platform: nvcc's own. For tests without a GPU the emulator's comes before the
// source (-include native-test/emulator/device.h).
#pragma once
#include <cstdint>

#ifdef __CUDACC__

// `blocks` of them are to fit a multiprocessor: registers are limited accordingly.
#define SNNL_KERNEL(name, blocks) \
  extern "C" __global__ void __launch_bounds__(snnl::cuda::kThreads, blocks) name(const __grid_constant__ snnl::cuda::Args args)
#define SNNL_SHARED(name) extern __shared__ __align__(16) float name[]
#define SNNL_DEVICE __device__ __forceinline__
#if __CUDA_ARCH__ >= 800
#define SNNL_TENSOR_CORES 1
#endif

namespace snnl::cuda {

// Keeps the compiler from remembering what `bits` is made of: it would hold every bit in a register.
SNNL_DEVICE void forget_origin(uint32_t& bits) { asm("" : "+r"(bits)); }

// 2^x; 0 for a result below 2^-126.
SNNL_DEVICE float exp2_fast(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

#ifdef SNNL_TENSOR_CORES

// Copies 16 bytes to shared memory on the side; zeros where not `valid`.
SNNL_DEVICE void copy_async(float* shared, const float* global, bool valid) {
  const unsigned to = static_cast<unsigned>(__cvta_generic_to_shared(shared));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(global), "r"(valid ? 16 : 0) : "memory");
}
SNNL_DEVICE void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int kPending>
SNNL_DEVICE void await_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
}

// c += a b of a whole warp: a is 16 x 8, b 8 x 8, c 16 x 8, their low 13 bits ignored in a and b.
SNNL_DEVICE void multiply_tf32(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

#endif
}  // namespace snnl::cuda

#endif

namespace snnl::cuda {

constexpr float kInfinity = __builtin_huge_valf();
constexpr float kLargest = 3.40282347e38f;

SNNL_DEVICE float not_a_number() { return __builtin_nanf(""); }
SNNL_DEVICE int warp() { return static_cast<int>(threadIdx.x) / 32; }
SNNL_DEVICE int lane() { return static_cast<int>(threadIdx.x) % 32; }
SNNL_DEVICE float from_lane(float value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }
SNNL_DEVICE int from_lane(int value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }

// 1/T for powers of 2. Finite, for a distance of 0 must give 2^0 at the least of temperatures.
SNNL_DEVICE float exponent_scale(float temperature) {
  constexpr float kLog2E = 1.44269504f;
  return fminf(kLog2E / temperature, kLargest);
}

SNNL_DEVICE bool usable(float temperature) { return temperature > 0 && temperature < kInfinity; }

}  // namespace snnl::cuda
