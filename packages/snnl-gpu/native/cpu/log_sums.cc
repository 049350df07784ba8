// Forward kernel: equations 1, 2 and 6.
#include <algorithm>
#include <cmath>
#include <limits>

#include "plan.h"

namespace snnl {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct LogSum {
  double log_sum = kNone, mean = 0;
};

// Log-sum and mean distance of one kind of pairs of one anchor.
LogSum read(const Sums& sums, int64_t at, double temperature, double unscale) {
  if (sums.sum[at] == 0) return {};
  return {std::log(static_cast<double>(sums.sum[at])) - 2 * unscale * sums.least[at] / temperature,
          2 * unscale * sums.weighted[at] / sums.sum[at]};
}

void finish(const Job& job, const Problem& p, int64_t at, float* out) {
  const int64_t i = job.anchors.order[at];
  if (job.anchors.bad[at]) {
    for (int row = 0; row < 4; row++) out[row * p.n + i] = kNaN;
    return;
  }
  const double unscale = 1 / (static_cast<double>(job.feature_scale) * job.feature_scale);
  const LogSum different = read(job.sums[0], at, p.temperature, unscale);
  const LogSum same = read(job.sums[1], at, p.temperature, unscale);
  const double most = std::max(different.log_sum, same.log_sum);
  if (most == kNone) return;
  const double of_different = std::exp(different.log_sum - most);
  const double of_same = std::exp(same.log_sum - most), total = of_different + of_same;
  out[i] = static_cast<float>(most + std::log(total));
  out[2 * p.n + i] =
      static_cast<float>((of_different * different.mean + of_same * same.mean) / total);
  if (same.log_sum == kNone) return;
  out[p.n + i] = static_cast<float>(same.log_sum);
  out[3 * p.n + i] = static_cast<float>(same.mean);
}

}  // namespace

bool cpu_log_sums(const Problem& p, float* out, int threads) {
  try {
    if (p.n == 0) return true;
    const bool symmetric =
        p.self_offset >= 0 && is_slice(p.anchor_labels, p.candidate_labels + p.self_offset, p.n);
    Plan plan(p, symmetric, false, threads);
    std::fill(out, out + 4 * p.n, 0.0f);
    std::copy(plan.same_count(), plan.same_count() + p.n, out + 4 * p.n);
    const int64_t rows = plan.job.anchors.blocks * kBlock;
    for (const Sums& sums : plan.job.sums) {
      std::fill(sums.least, sums.least + rows, kNoPair);
      std::fill(sums.sum, sums.sum + rows, 0.0f);
      std::fill(sums.weighted, sums.weighted + rows, 0.0f);
    }
    const auto finish_block = [&](int64_t block) {
      const int64_t first = block * kBlock;
      for (int r = 0; r < plan.job.anchors.rows_in(block); r++) finish(plan.job, p, first + r, out);
    };
    if (!is_usable(p.temperature) ||
        !plan.run(kernels().sum_pair, kernels().merge_pair, finish_block)) {
      std::fill(out, out + 4 * p.n, kNaN);
    }
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace snnl
