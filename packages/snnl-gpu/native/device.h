// What a kernel does once its inputs are checked and its output allocated.
#pragma once
#include <string>

#include "inputs.h"

namespace snnl {

struct Call {
  TF_OpKernelContext* context;
  const Inputs& inputs;
  const Problem& problem;  // its temperature is not set
  float* output;
  bool gradient;
};

// Each gives "" or what went wrong.
std::string run_on_cpu(const Call& call);
std::string run_on_gpu(const Call& call);

// Why there are no kernels for the GPU, or "".
const std::string& gpu_unavailable_reason();

}  // namespace snnl
