// Which kernels run, on which grids, with which workspace. Plain C++: the launcher runs the plan on
// a device, the emulator runs it in tests.
#pragma once
#include <cstddef>
#include <functional>
#include <string>

#include "args.h"
#include "launcher.h"

namespace snnl::cuda {

// In the order of kernel_names in plan.cc.
enum class Kernel {
  kMeanParts,
  kMean,
  kCenterCandidates,
  kCenterAnchors,
  kCombine,
  kGradient,
  kSumsFp32,
  kWeighFp32,
  kWeighCandidatesFp32,
  kWeighCandidatesNarrowFp32,
  kSumsTensor,
  kWeighTensor,
  kWeighCandidatesTensor,
  kWeighCandidatesNarrowTensor,
  kCount,
};
const char* kernel_name(Kernel kernel);
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
