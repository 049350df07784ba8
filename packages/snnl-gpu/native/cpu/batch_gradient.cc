// Backward pass of a small batch: equation 5.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "batch_call.h"

namespace snnl {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Weights of the anchors: those of a mean or sum of A - B over the anchors with a partner.
bool place_weights(const Set& set, int64_t width, const float* sums) {
  const int64_t n = set.count;
  const double log2e = 1 / std::log(2.0);
  for (int64_t at = 0; at < width; at++) {
    const int64_t row = at < n ? set.order[at] : 0;
    const bool counts = at < n && sums[4 * n + row] > 0;
    for (int kind = 0; kind < 2; kind++) {
      const float nearest = sums[(5 + 2 * kind) * n + row], relative = sums[(6 + 2 * kind) * n + row];
      if (counts && !(std::isfinite(nearest) && std::isfinite(relative))) return false;
      set.weights[kind][kUpstream][at] = counts ? 1 - 2 * kind : 0;
      set.weights[kind][kNearest][at] = counts ? nearest : 0;
      set.weights[kind][kRelative][at] = counts ? static_cast<float>(-log2e * relative) : 0;
    }
    if (at < n && std::isnan(sums[5 * n + row])) return false;
  }
  return true;
}

void gradient_of_batch(const Batch& p, const float* sums, const float* residual, double slope, float* grad, int threads) {
  // It is only read.
  BatchCall call(p, const_cast<float*>(residual), threads);
  BatchJob& batch = call.batch;
  Job& job = call.job;
  Set& set = job.anchors;
  RowFinish* finish = nullptr;
  float* panels = nullptr;  // [members][width][kPanel]
  call.allocate([&](Pieces& pieces) {
    for (auto& of_kind : set.weights) {
      for (float*& weights : of_kind) pieces.take(weights, batch.width());
    }
    pieces.take(panels, call.members * batch.width() * kPanel);
    pieces.take(batch.G, call.pairs * kBlock * kBlock);
    pieces.take(batch.totals, call.pairs * 2 * kBlock);
    pieces.take(batch.along, call.pairs * 2 * kBlock);
    pieces.take(finish, p.n);
  });
  std::vector<float> counts;
  call.sort(counts);
  if (!is_usable(p.temperature) || !std::isfinite(slope) || !place_weights(set, batch.width(), sums)) {
    std::fill_n(grad, p.n * p.d, kNaN);
    return;
  }
  job.feature_scale = *call.left.scale;
  job.known = true;
  call.set_scale();
  Counter pairs(call.pairs), panel(job.panels);
  const auto weigh = call.each_pair(pairs, [&](Scratch& scratch, int64_t I, int64_t J) {
    kernels().weigh_batch_pair(batch, I, J, scratch);
  });
  const double factor = -2 * slope / p.temperature / job.feature_scale;
  const auto add_up = [&](int member) {
    if (member != 0) return;
    const SmallResults small(SmallResults::kKept);
    for (int64_t at = 0; at < p.n; at++) {
      double total = 0, along = 0;
      const int64_t I = at / kBlock, r = at % kBlock;
      for (int64_t J = 0; J < set.blocks; J++) {
        const int64_t from = (2 * job.pair(std::min(I, J), std::max(I, J)) + (J < I)) * kBlock + r;
        total += batch.totals[from];
        if (p.cosine) along += batch.along[from];
      }
      if (!p.cosine) {
        finish[at] = {factor, total, 0};
        continue;
      }
      const double inverse = batch.factors[0][at] * (static_cast<double>(batch.factors[1][at]) + batch.factors[2][at]);
      finish[at] = {factor * inverse, total, along + total * batch.norm_rests[at]};
    }
  };
  const auto write = [&](int member) {
    const SmallResults small(SmallResults::kKept);
    for (int64_t k; panel.take(k);) {
      kernels().write_batch_panel(batch, k, finish, panels + member * batch.width() * kPanel, grad);
    }
  };
  Team::run(call.members, {weigh, add_up, write});
}

}  // namespace

bool cpu_batch_grad(const Batch& batch, const float* sums, const float* residual, double slope, float* grad, int threads) {
  try {
    gradient_of_batch(batch, sums, residual, slope, grad, threads);
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace snnl
