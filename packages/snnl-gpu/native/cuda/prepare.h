// Mean candidate, centred copies, squared norms.
#pragma once
#include "args.h"
#include "platform.h"

namespace snnl::cuda {

// Sums of features over those of `center_rows` candidates that have a label, and how many have; grid [dp / 32 rounded up, center_blocks].
SNNL_DEVICE void mean_parts(const Args& args, float* shared) {
  const int64_t k = static_cast<int64_t>(blockIdx.x) * 32 + lane();
  const int64_t first = blockIdx.y * args.center_rows;
  const int64_t last = first + args.center_rows < args.m ? first + args.center_rows : args.m;
  float sum = 0, count = 0;
  if (k < args.d) {
    for (int64_t j = first + warp(); j < last; j += kThreads / 32) {
      if (args.candidate_labels[j] == kMissingLabel) continue;
      sum += args.candidates[j * args.d + k];
      count += 1;
    }
  }
  float* counts = shared + kThreads;
  shared[threadIdx.x] = sum;
  counts[threadIdx.x] = count;
  __syncthreads();
  if (warp() != 0 || k >= args.dp) return;
  for (int w = 1; w < kThreads / 32; w++) {
    sum += shared[w * 32 + lane()];
    count += counts[w * 32 + lane()];
  }
  args.center_parts[blockIdx.y * args.dp + k] = sum;
  if (k == 0) args.center_counts[blockIdx.y] = count;
}

// The mean of all candidates that have a label, equation 8; grid [dp / kThreads rounded up].
SNNL_DEVICE void mean(const Args& args) {
  const int64_t k = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (k == 0) *args.spoilt = usable(*args.temperature) ? 0 : 1;
  if (k >= args.dp) return;
  float sum = 0, count = 0;
  for (int64_t block = 0; block < args.center_blocks; block++) {
    sum += args.center_parts[block * args.dp + k];
    count += args.center_counts[block];
  }
  args.center[k] = count > 0 ? sum / count : 0;
}

// Writes one row less the mean, and its squared norm; one warp a row. Zeros if it is `padding`.
SNNL_DEVICE float center_row(const Args& args, const float* from, float* to, int64_t row, bool padding) {
  // A quarter of the largest float32: no distance between two such rows overflows.
  constexpr float kLargestNorm = 8.5e37f;
  constexpr int64_t kLevel = 512;  // a sum's rounding grows with its length
  float norm = 0;
  for (int64_t first = 0; first < args.dp; first += kLevel) {
    const int64_t last = first + kLevel < args.dp ? first + kLevel : args.dp;
    float part = 0;
    for (int64_t k = first + lane(); k < last; k += 32) {
      float value = 0;
      if (!padding && k < args.d) value = from[row * args.d + k] - args.center[k];
      to[row * args.dp + k] = value;
      part = fmaf(value, value, part);
    }
    norm += part;
  }
  for (int mask = 16; mask > 0; mask /= 2) norm += from_lane(norm, mask);
  if (norm <= kLargestNorm) return norm;
  // So that what is not finite stays out of the products: counts of pairs depend on distances.
  for (int64_t k = lane(); k < args.dp; k += 32) to[row * args.dp + k] = 0;
  return not_a_number();
}

// Whether there is such a row, and it counts.
SNNL_DEVICE bool has_label(const int32_t* labels, int64_t row, int64_t count) {
  return row < count && labels[row] != kMissingLabel;
}

// Grid [z_rows / 8 rounded up].
SNNL_DEVICE void center_candidates(const Args& args) {
  const int64_t row = static_cast<int64_t>(blockIdx.x) * (kThreads / 32) + warp();
  if (row >= args.z_rows) return;
  const bool padding = !has_label(args.candidate_labels, row, args.m);
  const float norm = center_row(args, args.candidates, args.z, row, padding);
  if (lane() != 0) return;
  args.z_norms[row] = padding ? kInfinity : norm;
  if (norm != norm) *args.spoilt = 1;
}

// Grid [np / 8 rounded up].
SNNL_DEVICE void center_anchors(const Args& args) {
  const int64_t row = static_cast<int64_t>(blockIdx.x) * (kThreads / 32) + warp();
  if (row >= args.np) return;
  const float norm = center_row(args, args.anchors, args.x, row, !has_label(args.anchor_labels, row, args.n));
  if (lane() == 0) args.x_norms[row] = norm;
}

// Whether the results of anchor i are NaN.
SNNL_DEVICE bool is_spoilt(const Args& args, int64_t i) {
  return *args.spoilt != 0 || args.x_norms[i] != args.x_norms[i];
}

}  // namespace snnl::cuda
