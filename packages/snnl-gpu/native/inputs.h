// Reads and checks the inputs of a kernel call, and owns the tensors while it runs.
#pragma once
#include <array>
#include <string>

#include "cpu/kernel_api.h"
#include "op.h"

namespace snnl {

class Inputs {
 public:
  // Order of the inputs, as the ops declare them.
  enum Index { kAnchors, kCandidates, kAnchorLabels, kCandidateLabels, kTemperature, kAnchorSums, kCandidateSums };

  Inputs(TF_OpKernelContext* context, int count, TF_Status* status);
  ~Inputs();
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

  // Empty, or what was expected and what came.
  std::string mismatch(int64_t self_offset) const;

  // The temperature is left at 0: it may lie on a device.
  Problem problem(int64_t self_offset) const;
  const float* floats(Index index) const { return static_cast<const float*>(data(index)); }

 private:
  const void* data(Index index) const { return tensorflow.TF_TensorData(tensors_[index]); }
  int64_t dim(Index index, int axis) const { return tensorflow.TF_Dim(tensors_[index], axis); }
  std::string shape(int index) const { return shape_of(tensors_[index]); }

  int count_;
  std::array<TF_Tensor*, 7> tensors_{};
};

}  // namespace snnl
