// What a kernel does once its inputs are checked and its output allocated.
#pragma once
#include <string>

#include "handles.h"
#include "inputs.h"

namespace snnl {

struct Call {
  TF_OpKernelContext* context;
  const Inputs& inputs;
  const Problem& problem;  // its temperature is not set
  float* output;
  bool gradient;
};

// Computes the output; what goes wrong is left in the status.
using Runner = void (*)(const Call&, const Status&);
void run_on_cpu(const Call& call, const Status& status);
void run_cross_on_cpu(const Call& call, const Status& status);
void run_on_gpu(const Call& call, const Status& status);

// Why there are no kernels for the GPU, or "".
const std::string& gpu_unavailable_reason();

}  // namespace snnl
