// Reads and checks the inputs of a kernel of the operation, and owns the tensors while it runs.
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

  Inputs(TF_OpKernelContext* context, int count, const Status& status);

  // Empty, or what was expected and what came.
  std::string mismatch(int64_t self_offset, bool one_batch) const;

  // The temperature is left at 0: it may lie on a device.
  Problem problem(int64_t self_offset, bool one_batch) const;
  const float* floats(Index index) const { return tensors_[index].floats(); }

 private:
  int count_;
  std::array<Tensor, 7> tensors_;
};

}  // namespace snnl
