// Which kernels run, on which grids, with which workspace. Plain C++: the launcher runs the plan on
// a device, the emulator runs it in tests.
#pragma once
#include <cstddef>
#include <functional>
#include <string>

#include "kernels.h"

namespace snnl::cuda {

#define SNNL_CONSTANT(name, constant, blocks, floats, call) constant,
enum class Kernel { SNNL_CUDA_KERNELS(SNNL_CONSTANT) SNNL_CUDA_TENSOR_KERNELS(SNNL_CONSTANT) kCount };
#undef SNNL_CONSTANT

const char* kernel_name(Kernel kernel);  // "snnl_mean"
size_t shared_bytes(Kernel kernel);

struct Launch {
  Kernel kernel;
  unsigned grid_x, grid_y, grid_z;  // of kThreads threads each
  Args args;
};
// Runs one kernel after those before it. Gives "" or what went wrong.
using Launcher = std::function<std::string(const Launch&)>;

// How the work is cut. Tests make these small, so that small problems meet every loop.
struct Limits {
  // Blocks of a kernel that are wanted: some for each multiprocessor of the largest devices. They
  // are the same on every device, so that results do not depend on it.
  int64_t sums_blocks = 1024, gradient_blocks = 512;
  // Elements of weights, 64 MiB, and of partial gradients.
  int64_t weights = 1 << 24, parts = 1 << 24;
  int64_t block_columns = 1 << 17;
};

size_t workspace_bytes(const DeviceProblem& problem, bool gradient, const Limits& limits = {});
std::string run_log_sums(const DeviceProblem& problem, float* out, void* workspace, bool tensor,
                         const Launcher& launch, const Limits& limits = {});
std::string run_log_sums_grad(const DeviceProblem& problem, const float* anchor_sums, const float* candidate_sums,
                              float* grad, void* workspace, bool tensor, const Launcher& launch,
                              const Limits& limits = {});

}  // namespace snnl::cuda
