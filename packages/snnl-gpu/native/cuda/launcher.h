// The CUDA kernels, as the glue calls them. No header of CUDA, TensorFlow or Node is needed: the
// driver library is looked for when the first function below is called.
#pragma once
#include <cstddef>
#include <string>

#include "problem.h"

namespace snnl::cuda {

// How the work is ordered with that of others.
enum class Ordering {
  // On the legacy default stream, without waiting. Enough where the caller's stream is a blocking
  // one: TensorFlow <= 2.12.
  kLegacyStream,
  // Waits for everything in the context, runs on the legacy default stream, waits for that. For
  // callers whose stream is non-blocking and out of reach: TensorFlow >= 2.13. (Its TF_GetStream
  // serves pluggable devices only and refuses TensorFlow's own GPU device.)
  kContextSync,
  // On `Run::stream`, without waiting.
  kStream,
};

// Which arithmetic forms the products. Both give float32 results.
enum class Path {
  kAuto,    // by compute capability, see choose_path in launcher.cc
  kFp32,    // FP32 units; every device
  kTensor,  // tensor cores, each product as three of TF32; compute capability 8.0 and newer
};

struct Run {
  Ordering ordering = Ordering::kContextSync;
  void* stream = nullptr;  // a CUstream or cudaStream_t, for Ordering::kStream
  Path path = Path::kAuto;
};

// Why no kernel can run in this process, or "" if one can: no kernels in this build, no driver
// library, no device that they support. Found out once, at the first call.
const std::string& unavailable_reason();

// Bytes that the functions below want as `workspace`: the centred features, once where anchors
// are candidates, and at most 130 MiB or so beside them; beyond 4096 features and 2^17 anchors 512
// bytes an anchor. The address must be a multiple of 256.
size_t log_sums_workspace(const DeviceProblem& problem);
size_t log_sums_grad_workspace(const DeviceProblem& problem);

// "SnnlNeighborLogSums": out [9, n]. Gives "" or what went wrong. From any thread; the device is
// that of `problem.temperature`.
std::string log_sums(const DeviceProblem& problem, float* out, void* workspace, const Run& run = {});

// "SnnlNeighborLogSumsGrad": anchor_sums [6, n], candidate_sums [6, m], grad [n, d].
std::string log_sums_grad(const DeviceProblem& problem, const float* anchor_sums, const float* candidate_sums,
                          float* grad, void* workspace, const Run& run = {});

}  // namespace snnl::cuda
