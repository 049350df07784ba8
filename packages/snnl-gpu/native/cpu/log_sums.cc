// Forward kernel: equations 1, 2 and 6.
#include <algorithm>
#include <cmath>
#include <limits>

#include "plan.h"

namespace snnl {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Sum of exp((nearest - d) / T) over some pairs of a row, and the same weighted by d.
struct SoftSum {
  double nearest = 0, sum = 0, weighted = 0;

  SoftSum() = default;
  SoftSum(const Sums& sums, int64_t at, double unscale) {
    if (sums.sum[at] == 0) return;
    nearest = 2 * unscale * sums.least[at];
    sum = sums.sum[at];
    weighted = 2 * unscale * sums.weighted[at];
  }

  SoftSum joined(const SoftSum& other, double temperature) const {
    if (other.sum == 0) return *this;
    if (sum == 0) return other;
    SoftSum all;
    all.nearest = std::min(nearest, other.nearest);
    for (const SoftSum* part : {this, &other}) {
      const double factor = std::exp((all.nearest - part->nearest) / temperature);
      all.sum += factor * part->sum;
      all.weighted += factor * part->weighted;
    }
    return all;
  }
};

// NaN for a distance that float32 cannot hold.
float distance(double value) {
  return value <= std::numeric_limits<float>::max() ? static_cast<float>(value) : kNaN;
}

// Rows of the output, [kSumRows, width]; this is the column of one row of a set.
class Column {
 public:
  Column(float* out, int64_t width) : out_(out), width_(width) {}
  void fill(float value) const {
    for (int row = 0; row < kSumRows; row++) out_[row * width_] = value;
  }
  void set_count(float count) const { out_[4 * width_] = count; }
  // kind 0: of all; 1: of the class.
  void set(int kind, const SoftSum& sum, double temperature) const {
    if (sum.sum == 0) return;
    // Not below 0, where rounding would put it.
    const double relative = std::max(std::log(sum.sum), 0.0);
    const float nearest = distance(sum.nearest);
    out_[kind * width_] =
        std::isnan(nearest) ? kNaN : static_cast<float>(relative - sum.nearest / temperature);
    out_[(2 + kind) * width_] = distance(sum.weighted / sum.sum);
    out_[(5 + 2 * kind) * width_] = nearest;
    out_[(6 + 2 * kind) * width_] = static_cast<float>(relative);
  }

 private:
  float* out_;
  int64_t width_;
};

// The output of one pass: the anchors' columns, and with cross sums those of the candidates after them.
bool sums(const Problem& p, Pass pass, float* out, int threads) {
  if (p.n == 0 && (p.m == 0 || pass == Pass::kSums)) return true;
  const SmallResults small(SmallResults::kKept);
  const bool symmetric =
      p.self_offset >= 0 && is_slice(p.anchor_labels, p.candidate_labels + p.self_offset, p.n);
  Plan plan(p, symmetric, pass, threads);
  const Job& job = plan.job;
  const int64_t width = pass == Pass::kCrossSums ? p.n + p.m : p.n;
  const auto column = [&](const Set& set, int64_t row) {
    return Column(out + (&set == &job.anchors ? row : p.n + row), width);
  };
  for (const Set* set : {&job.anchors, &job.others}) {
    const std::vector<float>& counts = plan.same_count(*set);
    for (int64_t row = 0; row < static_cast<int64_t>(counts.size()); row++) {
      column(*set, row).fill(is_usable(p.temperature) ? 0 : kNaN);
      column(*set, row).set_count(counts[row]);
    }
    if (!set->sums[0].sum) continue;
    for (const Sums& of_kind : set->sums) {
      std::fill_n(of_kind.least, set->blocks * kBlock, kNoPair);
      std::fill_n(of_kind.sum, set->blocks * kBlock, 0.0f);
      std::fill_n(of_kind.weighted, set->blocks * kBlock, 0.0f);
    }
  }
  if (!is_usable(p.temperature)) return true;
  const auto spoil = [&](const Set& set, int64_t row) {
    column(set, row).fill(kNaN);
    column(set, row).set_count(plan.same_count(set)[row]);
  };
  const auto finish = [&](const Set& set, int64_t block) {
    const double unscale = 1 / (static_cast<double>(job.feature_scale) * job.feature_scale);
    const Set& candidates = &set == &job.anchors ? job.others : job.anchors;
    const bool spoilt = pass == Pass::kCrossSums && plan.is_spoilt(candidates);
    for (int64_t at = block * kBlock; at < block * kBlock + set.rows_in(block); at++) {
      const int64_t row = set.order[at];
      const SoftSum different(set.sums[0], at, unscale), same(set.sums[1], at, unscale);
      const SoftSum all = different.joined(same, p.temperature);
      if (spoilt || set.bad[at]) {
        spoil(set, row);
      } else {
        column(set, row).set(0, all, p.temperature);
        column(set, row).set(1, same, p.temperature);
      }
    }
  };
  if (!plan.run(kernels().sum_pair, kernels().merge_pair, finish)) {
    for (int64_t row = 0; row < p.n; row++) spoil(job.anchors, row);
  }
  return true;
}

}  // namespace

bool cpu_log_sums(const Problem& problem, float* out, int threads) {
  try {
    return sums(problem, Pass::kSums, out, threads);
  } catch (...) {
    return false;
  }
}

bool cpu_cross_log_sums(const Problem& problem, float* out, int threads) {
  try {
    return sums(problem, Pass::kCrossSums, out, threads);
  } catch (...) {
    return false;
  }
}

}  // namespace snnl
