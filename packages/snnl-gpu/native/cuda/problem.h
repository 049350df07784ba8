#pragma once
#include <cstdint>

namespace snnl::cuda {

// The id of a sample without a label: it is neither anchor nor candidate.
constexpr int32_t kMissingLabel = INT32_MIN;

// All pointers are addresses on the device, row-major, float32; labels int32.
struct DeviceProblem {
  const float* anchors;             // [n, d]
  const float* candidates;          // [m, d]; may be the same pointer as anchors
  const int32_t* anchor_labels;     // [n]
  const int32_t* candidate_labels;  // [m]
  const float* temperature;         // [], read by the kernels
  int64_t n, m, d;
  int64_t self_offset;  // candidate index of anchor 0, or -1
  int64_t one_batch;    // 1 where the anchors are those candidates, with the same labels and sums
};

}  // namespace snnl::cuda
