// Backward kernel: equation 5.
#include <algorithm>
#include <cmath>
#include <limits>

#include "labelled.h"
#include "plan.h"

namespace snnl {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Upstream gradient, nearest distance and relative log-sum of the sums [kReferenceRows, count] of a
// row, of A (0) and of B (1).
struct Reference {
  float upstream, nearest, relative;
  Reference(const float* sums, int64_t count, int64_t row, int kind)
      : upstream(sums[(4 + kind) * count + row]),
        nearest(sums[2 * kind * count + row]),
        relative(sums[(2 * kind + 1) * count + row]) {}
  // What is multiplied by 0 may be anything.
  bool is_finite() const {
    return upstream == 0 || (std::isfinite(upstream) && std::isfinite(nearest) && std::isfinite(relative));
  }
};

bool is_finite_row(const float* sums, int64_t count, int64_t row) {
  return Reference(sums, count, row, 0).is_finite() && Reference(sums, count, row, 1).is_finite();
}

float largest_upstream(const float* sums, int64_t count) {
  float largest = 0;
  for (int64_t k = 4 * count; k < kReferenceRows * count; k++) {
    const float size = std::fabs(sums[k]);
    if (std::isfinite(size)) largest = std::max(largest, size);
  }
  return largest;
}

// Writes the weights of a set in its order, upstream gradients divided by `largest`.
void place_weights(const Set& set, const float* sums, int64_t count, double largest) {
  const double log2e = 1 / std::log(2.0);
  for (int64_t at = 0; at < set.blocks * kBlock; at++) {
    const bool some = at < set.count && is_finite_row(sums, count, set.order[at]);
    for (int kind = 0; kind < 2; kind++) {
      float* const* weights = set.weights[kind];
      weights[kUpstream][at] = weights[kNearest][at] = weights[kRelative][at] = 0;
      if (!some) continue;
      const Reference reference(sums, count, set.order[at], kind);
      if (reference.upstream == 0) continue;
      weights[kUpstream][at] = static_cast<float>(reference.upstream / largest);
      weights[kNearest][at] = reference.nearest;
      weights[kRelative][at] = static_cast<float>(-log2e * reference.relative);
    }
  }
}

// 2 (x rowsum(G) - G z) of one block, in the caller's order.
void write_block(const Job& job, const Problem& p, const float* anchor_sums, int64_t block,
                 double factor, float* grad) {
  const float* x = job.anchors.panels + block * job.panels_size();
  const float* product = job.product + block * job.panels_size();
  for (int r = 0; r < job.anchors.rows_in(block); r++) {
    const int64_t at = block * kBlock + r, i = job.anchors.order[at];
    float* out = grad + i * p.d;
    if (job.anchors.bad[at] || !is_finite_row(anchor_sums, p.n, i)) {
      std::fill(out, out + p.d, kNaN);
      continue;
    }
    kernels().write_row(x + r * kPanel, product + r * kPanel, job.row_sums[at], factor, p.d, out);
  }
}

void gradient(const Problem& p, const float* anchor_sums, const float* candidate_sums, float* grad, int threads) {
  if (p.n == 0 || p.d == 0) return;
  const SmallResults small(SmallResults::kKept);
  bool good = is_usable(p.temperature);
  for (int64_t j = 0; j < p.m && good; j++) good = is_finite_row(candidate_sums, p.m, j);
  if (!good) {
    std::fill(grad, grad + p.n * p.d, kNaN);
    return;
  }
  Plan plan(p, Pass::kGradient, threads);
  Job& job = plan.job;
  double largest =
      std::max(largest_upstream(anchor_sums, p.n), largest_upstream(candidate_sums, p.m));
  if (largest == 0) largest = 1;
  place_weights(job.anchors, anchor_sums, p.n, largest);
  place_weights(job.others, candidate_sums, p.m, largest);
  // By then the scale of the features is known.
  const auto finish = [&](const Set&, int64_t block) {
    const double factor = -2 * largest / p.temperature / job.feature_scale;
    write_block(job, p, anchor_sums, block, factor, grad);
  };
  if (!plan.run(kernels().weigh_pair, kernels().apply_pair, finish)) {
    std::fill(grad, grad + p.n * p.d, kNaN);
  }
}

}  // namespace

bool cpu_log_sums_grad(const Problem& p, const float* anchor_sums, const float* candidate_sums,
                       float* grad, int threads) {
  try {
    if (all_labelled(p)) {
      gradient(p, anchor_sums, candidate_sums, grad, threads);
      return true;
    }
    std::fill_n(grad, p.n * p.d, 0.0f);
    for (const LabelledPart& part : labelled_parts(p)) {
      const std::vector<float> of_anchors = columns_of(anchor_sums, part.anchors, kReferenceRows, p.n);
      const std::vector<float> of_candidates = columns_of(candidate_sums, part.candidates, kReferenceRows, p.m);
      std::vector<float> of_part(part.anchors.size() * static_cast<size_t>(p.d));
      gradient(part.problem, of_anchors.data(), of_candidates.data(), of_part.data(), threads);
      put_rows(of_part, part.anchors, p.d, grad);
    }
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace snnl
