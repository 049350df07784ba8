#pragma once
#include <cstdint>
namespace snnl {
// The id of a sample without a label: it is neither anchor nor candidate, its sums and gradient are 0.
constexpr int32_t kMissingLabel = INT32_MIN;
struct Problem {           // row-major, float32; labels int32
  const float* anchors;    // [n, d]
  const float* candidates; // [m, d]; may be the same pointer as anchors
  const int32_t* anchor_labels;    // [n]
  const int32_t* candidate_labels; // [m]
  float temperature;
  int64_t n, m, d;
  int64_t self_offset;     // candidate index of anchor 0, or -1
  bool one_batch;          // whether the anchors are those candidates, with the same labels and sums
};
// Rows of the output, kSumRows, and of what the gradient takes, kReferenceRows: rows 5 to 8 of the
// output (nearest distance and relative log-sum, of all and of the class), then dL/dA and dL/dB.
// The gradient's distances are those of the forward pass to the last bit.
constexpr int kSumRows = 9, kReferenceRows = 6;
// CPU (native/cpu): threads >= 1; out [9, n]; throws nothing; false when memory ran out.
bool cpu_log_sums(const Problem&, float* out, int threads);
// The same of anchors and candidates that share no sample, self_offset -1, each pair worked off once for
// both: out [9, n + m], sums of the anchors over the candidates, then of the candidates over the anchors.
bool cpu_cross_log_sums(const Problem&, float* out, int threads);
// anchor_sums [6, n], candidate_sums [6, m], grad [n, d]
bool cpu_log_sums_grad(const Problem&, const float* anchor_sums, const float* candidate_sums, float* grad, int threads);
// Rows of length 1, u = x / |x|, or where dy is given its gradient (dy - u (u . dy)) / |x|, which may replace dy.
void cpu_unit_rows(const float* x, const float* dy, float* out, int64_t rows, int64_t d, int threads);
// A batch against itself, features [n, d], by squared Euclidean distance or, on rows scaled to length 1, twice
// the cosine distance. Small batches leave a residual to the backward call, `cpu_batch_residual` floats at an
// address divisible by 64; where that is 0 the batch is too large for these.
struct Batch {
  const float* features;
  const int32_t* labels;  // [n]
  float temperature;
  int64_t n, d;           // both at least 1
  bool cosine;
};
int64_t cpu_batch_residual(int64_t n, int64_t d);
// sums [9, n]
bool cpu_batch_sums(const Batch&, float* sums, float* residual, int threads);
// grad [n, d] of slope times the sum of A - B over the anchors with a partner, for the features as given.
bool cpu_batch_grad(const Batch&, const float* sums, const float* residual, double slope, float* grad, int threads);
const char* cpu_instruction_set(); // "avx512", "avx2" or "portable"
}
