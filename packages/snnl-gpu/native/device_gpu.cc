#include <cstdlib>

#include "cuda/launcher.h"
#include "device.h"

namespace snnl {
namespace {

// TensorFlow's own GPU stream is out of reach (TF_GetStream serves pluggable devices only). Up to 2.12
// it is ordered with the legacy default stream, later it is not.
cuda::Ordering ordering() {
  char* rest = nullptr;
  const long major = std::strtol(tensorflow.TF_Version(), &rest, 10);
  const long minor = rest != nullptr && *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0;
  const bool blocking_stream = major == 2 && minor <= 12;
  return blocking_stream ? cuda::Ordering::kLegacyStream : cuda::Ordering::kContextSync;
}

// Memory on the device for the time of a call.
TF_Tensor* workspace_of(TF_OpKernelContext* context, size_t bytes, const Status& status) {
  AllocatorAttributes attributes{AllocatorAttributes::kSize, 0};
  const int64_t dims[1] = {static_cast<int64_t>(bytes)};
  return tensorflow.TF_AllocateTemp(context, kUint8, dims, 1, &attributes, status.get());
}

}  // namespace

const std::string& gpu_unavailable_reason() { return cuda::unavailable_reason(); }

void run_on_gpu(const Call& call, const Status& status) {
  const Problem& p = call.problem;
  const cuda::DeviceProblem problem{p.anchors,         p.candidates, p.anchor_labels,
                                    p.candidate_labels, call.inputs.floats(Inputs::kTemperature),
                                    p.n,               p.m,          p.d,
                                    p.self_offset,     p.one_batch};
  const size_t bytes = call.gradient ? cuda::log_sums_grad_workspace(problem) : cuda::log_sums_workspace(problem);
  const Tensor workspace(workspace_of(call.context, bytes, status));
  if (!status.ok()) return;
  cuda::Run run;
  run.ordering = ordering();
  const std::string error =
      call.gradient ? cuda::log_sums_grad(problem, call.inputs.floats(Inputs::kAnchorSums),
                                          call.inputs.floats(Inputs::kCandidateSums), call.output,
                                          workspace.data(), run)
                    : cuda::log_sums(problem, call.output, workspace.data(), run);
  if (!error.empty()) status.set(kInternal, error);
}

}  // namespace snnl
