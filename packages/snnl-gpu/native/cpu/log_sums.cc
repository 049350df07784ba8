// Forward kernel: equations 1, 2 and 6.
#include <algorithm>
#include <cmath>
#include <limits>

#include "labelled.h"
#include "plan.h"
#include "soft_sum.h"

namespace snnl {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// The output of one pass: the anchors' columns, and with cross sums those of the candidates after them.
bool sums(const Problem& p, Pass pass, float* out, int threads) {
  if (p.n == 0 && (p.m == 0 || pass == Pass::kSums)) return true;
  const SmallResults small(SmallResults::kKept);
  Plan plan(p, pass, threads);
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
  const auto spoil = [&](const Set& set, int64_t row) { column(set, row).spoil(plan.same_count(set)[row]); };
  const auto finish = [&](const Set& set, int64_t block) {
    const double unscale = 1 / (static_cast<double>(job.feature_scale) * job.feature_scale);
    const Set& candidates = &set == &job.anchors ? job.others : job.anchors;
    const bool spoilt = pass == Pass::kCrossSums && plan.is_spoilt(candidates);
    for (int64_t at = block * kBlock; at < block * kBlock + set.rows_in(block); at++) {
      const int64_t row = set.order[at];
      if (spoilt || set.bad[at]) {
        spoil(set, row);
      } else {
        column(set, row).set(set, at, unscale, p.temperature);
      }
    }
  };
  if (!plan.run(kernels().sum_pair, kernels().merge_pair, finish)) {
    for (int64_t row = 0; row < p.n; row++) spoil(job.anchors, row);
  }
  return true;
}

// The columns of samples without a label stay 0.
bool sums_of_labelled(const Problem& p, Pass pass, float* out, int threads) {
  if (all_labelled(p)) return sums(p, pass, out, threads);
  const int64_t width = pass == Pass::kCrossSums ? p.n + p.m : p.n;
  std::fill_n(out, kSumRows * width, 0.0f);
  for (const LabelledPart& part : labelled_parts(p)) {
    std::vector<int64_t> columns = part.anchors;
    if (pass == Pass::kCrossSums) {
      for (const int64_t j : part.candidates) columns.push_back(p.n + j);
    }
    std::vector<float> of_part(kSumRows * columns.size());
    if (!sums(part.problem, pass, of_part.data(), threads)) return false;
    put_columns(of_part, columns, kSumRows, width, out);
  }
  return true;
}

}  // namespace

bool cpu_log_sums(const Problem& problem, float* out, int threads) {
  try {
    return sums_of_labelled(problem, Pass::kSums, out, threads);
  } catch (...) {
    return false;
  }
}

bool cpu_cross_log_sums(const Problem& problem, float* out, int threads) {
  try {
    return sums_of_labelled(problem, Pass::kCrossSums, out, threads);
  } catch (...) {
    return false;
  }
}

}  // namespace snnl
