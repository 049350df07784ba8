// Forward pass of a small batch: equations 1, 2 and 6.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "batch_call.h"
#include "soft_sum.h"

namespace snnl {
namespace {

// Rows that are summed up by one thread before the sums are joined.
constexpr int64_t kRows = 32;

// Center and factors of the rows; `sums` [chunks][2][d]: of rows, and their largest sizes.
void choose_center(BatchCall& call, const std::vector<float>& sums, int64_t chunks) {
  const Batch& p = call.p;
  float most = 0;
  for (int64_t k = 0; k < p.d && !p.cosine; k++) {
    for (int64_t c = 0; c < chunks; c++) most = std::max(most, sums[(2 * c + 1) * p.d + k]);
  }
  if (!p.cosine) call.job.feature_scale = scale_of_features(most, most);
  for (int64_t k = 0; k < p.d; k++) {
    double sum = 0;
    for (int64_t c = 0; c < chunks; c++) sum += sums[2 * c * p.d + k];
    const double mean = sum / static_cast<double>(p.n) * call.job.feature_scale;
    // Where a row is not finite, its norm tells.
    call.job.center[k] = std::isfinite(mean) ? static_cast<float>(mean) : 0;
  }
  *call.left.scale = call.job.feature_scale;
  if (!p.cosine) {
    const float factors[3] = {call.job.feature_scale, 1, 0};
    for (int k = 0; k < 3; k++) std::fill_n(call.left.factors[k], call.batch.width(), factors[k]);
  }
  call.set_scale();
}

// Whether all squared norms are finite, as given: they are the products of the rows with themselves.
bool is_finite(const BatchCall& call) {
  const Job& job = call.job;
  const double unscale = 1 / (static_cast<double>(job.feature_scale) * job.feature_scale);
  for (int64_t at = 0; at < call.p.n; at++) {
    const int64_t block = at / kBlock, row = at % kBlock;
    double norm = 0;
    for (int64_t s = 0; s < call.batch.slabs; s++) {
      norm += call.batch.products[((s * call.pairs + job.pair(block, block)) * kBlock + row) * kBlock + row];
    }
    if (!(norm * unscale <= std::numeric_limits<float>::max())) return false;
  }
  return true;
}

void sums_of_batch(const Batch& p, float* out, float* residual, int threads) {
  BatchCall call(p, residual, threads);
  BatchJob& batch = call.batch;
  Job& job = call.job;
  Set& set = job.anchors;
  float* columns = nullptr;  // [members][blocks][kDepth][kBlock]
  const int64_t columns_size = set.blocks * kDepth * kBlock;
  call.allocate([&](Pieces& pieces) {
    pieces.take(columns, call.members * columns_size);
    pieces.take(batch.products, batch.slabs * call.pairs * kBlock * kBlock);
    pieces.take(batch.stats, call.pairs * 2);
    pieces.take(batch.kinds, call.pairs);
    for (Sums& of_kind : set.sums) {
      for (float** to : {&of_kind.least, &of_kind.sum, &of_kind.weighted}) pieces.take(*to, batch.width());
    }
  });
  std::vector<float> counts;
  call.sort(counts);
  // Padding, and all where there is nothing to leave: what it holds must not look like NaN of the loss.
  std::fill(is_usable(p.temperature) ? call.left.leasts : residual, residual + call.left.size, 0.0f);
  const auto column = [&](int64_t row) { return Column(out + row, p.n); };
  const auto spoil_all = [&] {
    for (int64_t row = 0; row < p.n; row++) column(row).spoil(counts[row]);
  };
  if (!is_usable(p.temperature)) return spoil_all();

  const int64_t chunks = (p.n + kRows - 1) / kRows;
  std::vector<float> sums(static_cast<size_t>(2 * chunks * p.d), 0.0f);
  Counter rows(chunks), slabs(batch.slabs), pairs(call.pairs), blocks(set.blocks);
  const auto sum_rows = [&](int) {
    for (int64_t c; rows.take(c);) {
      for (int64_t at = c * kRows; at < std::min((c + 1) * kRows, p.n); at++) {
        const float* x = p.features + set.order[at] * p.d;
        float* to = sums.data() + 2 * c * p.d;
        if (p.cosine) {
          kernels().unit_factors(batch, x, at, to);
        } else {
          kernels().sum_rows(x, 1, p.d, to, to + p.d);
        }
      }
    }
  };
  const auto multiply = [&](int member) {
    float* const packed = columns + member * columns_size;
    for (int64_t s; slabs.take(s);) {
      const int64_t start = s * batch.slab_features(), end = std::min(start + batch.slab_features(), p.d);
      for (int64_t from = start; from < end; from += kDepth) {
        const int64_t depth = std::min(kDepth, end - from);
        for (int64_t I = 0; I < set.blocks; I++) {
          kernels().place_columns(batch, I, from, depth, packed + I * kDepth * kBlock);
        }
        for (int64_t I = 0; I < set.blocks; I++) {
          for (int64_t J = I; J < set.blocks; J++) {
            kernels().multiply_columns(packed + I * kDepth * kBlock, set.rows_in(I), packed + J * kDepth * kBlock,
                                       set.rows_in(J), depth, from == start,
                                       batch.products + (s * call.pairs + job.pair(I, J)) * kBlock * kBlock);
          }
        }
      }
    }
  };
  const auto sum_up = call.each_pair(pairs, [&](Scratch& scratch, int64_t I, int64_t J) {
    kernels().sum_batch_pair(batch, I, J, scratch);
    const int64_t pair = job.pair(I, J);
    batch.stats[2 * pair] = scratch.rows;
    batch.stats[2 * pair + 1] = scratch.columns;
    batch.kinds[pair] = scratch.kinds;
  });
  const auto finish = [&](int) {
    for (int64_t I; blocks.take(I);) {
      for (const Sums& of_kind : set.sums) {
        std::fill_n(of_kind.least + I * kBlock, kBlock, kNoPair);
        std::fill_n(of_kind.sum + I * kBlock, kBlock, 0.0f);
        std::fill_n(of_kind.weighted + I * kBlock, kBlock, 0.0f);
      }
      for (int64_t J = 0; J < set.blocks; J++) {
        const int64_t pair = job.pair(std::min(I, J), std::max(I, J));
        kernels().merge_side(job, set, I, batch.stats[2 * pair + (J < I)], batch.kinds[pair]);
      }
    }
  };
  bool finite = true;
  Team::run(call.members, {sum_rows, [&](int member) { if (member == 0) choose_center(call, sums, chunks); }, multiply,
                           [&](int member) { if (member == 0) finite = is_finite(call); }, sum_up, finish});
  if (!finite) return spoil_all();
  const SmallResults small(SmallResults::kKept);
  const double unscale = 1 / (static_cast<double>(job.feature_scale) * job.feature_scale);
  for (int64_t at = 0; at < p.n; at++) {
    const int64_t row = set.order[at];
    column(row).fill(0);
    column(row).set_count(counts[row]);
    column(row).set(set, at, unscale, p.temperature);
  }
}

}  // namespace

int64_t cpu_batch_residual(int64_t n, int64_t d) {
  return n > 0 && d > 0 && n <= kMostOfBatch ? Residual(n, d, nullptr).size : 0;
}

bool cpu_batch_sums(const Batch& batch, float* sums, float* residual, int threads) {
  try {
    sums_of_batch(batch, sums, residual, threads);
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace snnl
