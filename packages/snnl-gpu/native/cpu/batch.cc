#include "batch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <unordered_map>
#include <vector>

#include "kernel_api.h"
#include "plan.h"
#include "soft_sum.h"

namespace snnl {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Rows that are summed up by one thread before the sums are joined.
constexpr int64_t kRows = 32;

int64_t whole_lines(int64_t floats) { return (floats + 15) / 16 * 16; }

// What the forward pass leaves for the backward pass, in one array of floats.
struct Residual {
  float *scale, *center, *factors[3], *norm_rests, *leasts, *tiles;
  int64_t size = 0;

  Residual(int64_t n, int64_t d, float* base) {
    const int64_t blocks = (n + kBlock - 1) / kBlock, pairs = blocks * (blocks + 1) / 2;
    const auto take = [&](float*& to, int64_t floats) {
      to = base ? base + size : nullptr;
      size += whole_lines(floats);
    };
    take(tiles, pairs * kBlock * kBlock);
    take(leasts, pairs);
    take(scale, 1);
    take(center, d);
    for (float*& of_rows : factors) take(of_rows, blocks * kBlock);
    take(norm_rests, blocks * kBlock);
  }
};

// Memory of one call, laid out by `take`; the first round counts.
class Memory {
 public:
  template <class Layout>
  explicit Memory(const Layout& layout) {
    layout(*this);
    workspace_.reset(new Workspace(used_));
    base_ = workspace_->data();
    used_ = 0;
    layout(*this);
  }
  template <class T>
  void take(T*& to, int64_t count) {
    if (base_) to = reinterpret_cast<T*>(base_ + used_);
    used_ += (static_cast<size_t>(count) * sizeof(T) + 63) / 64 * 64;
  }

 private:
  std::unique_ptr<Workspace> workspace_;
  char* base_ = nullptr;
  size_t used_ = 0;
};

// A call on a batch: what both passes share.
class Call {
 public:
  Call(const Batch& of, float* residual, int threads) : p(of), left(of.n, of.d, residual) {
    job.features = p.d;
    job.panels = (p.d + kPanel - 1) / kPanel;
    job.symmetric = true;
    Set& set = job.anchors;
    set.count = p.n;
    set.blocks = (p.n + kBlock - 1) / kBlock;
    set.raw = p.features;
    pairs = set.blocks * (set.blocks + 1) / 2;
    job.tiles = left.tiles;
    job.leasts = left.leasts;
    job.center = left.center;
    batch.cosine = p.cosine;
    std::copy_n(left.factors, 3, batch.factors);
    batch.norm_rests = left.norm_rests;
    batch.slabs = std::max<int64_t>(1, (p.d + batch.slab_features() - 1) / batch.slab_features());
    members = useful_threads(static_cast<double>(p.n) * p.n / 2, p.d, threads);
  }

  void take_rows(Memory& memory) {
    Set& set = job.anchors;
    memory.take(set.order, batch.width());
    memory.take(set.classes, batch.width());
    memory.take(scratch, members);
  }

  // Sorts the rows by class; counts [n], in the caller's order: samples of the class beside this one.
  void sort(std::vector<float>& counts) {
    std::unordered_map<int32_t, int32_t> ids;
    std::vector<int32_t> classes(p.n), next(1, 0);
    for (int64_t i = 0; i < p.n; i++) {
      classes[i] = ids.emplace(p.labels[i], static_cast<int32_t>(ids.size())).first->second;
      if (static_cast<size_t>(classes[i]) + 1 == next.size()) next.push_back(0);
      next[classes[i] + 1]++;
    }
    counts.resize(p.n);
    for (int64_t i = 0; i < p.n; i++) counts[i] = static_cast<float>(next[classes[i] + 1] - 1);
    for (size_t c = 1; c < next.size(); c++) next[c] += next[c - 1];
    Set& set = job.anchors;
    for (int64_t i = 0; i < p.n; i++) {
      const int32_t at = next[classes[i]]++;
      set.order[at] = static_cast<int32_t>(i);
      set.classes[at] = classes[i];
    }
    std::fill(set.classes + p.n, set.classes + batch.width(), -1);
  }

  void set_scale() { job.scale = scale_of_half_distances(p.temperature, job.feature_scale); }

  // Runs work(scratch of the member, I, J) for every pair of blocks.
  template <class Work>
  auto each_pair(Counter& counter, const Work& work) {
    return [this, &counter, work](int member) {
      for (int64_t t; counter.take(t);) {
        int64_t I = 0, J = t;
        while (J >= job.anchors.blocks - I) J -= job.anchors.blocks - I++;
        work(scratch[member], I, I + J);
      }
    };
  }

  const Batch& p;
  const Residual left;
  BatchJob batch;
  Job& job = batch.job;
  int64_t pairs;
  int members;
  Scratch* scratch = nullptr;
};

// Center and factors of the rows; `sums` [chunks][2][d]: of rows, and their largest sizes.
void choose_center(Call& call, const std::vector<float>& sums, int64_t chunks) {
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
bool is_finite(const Call& call) {
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
  Call call(p, residual, threads);
  BatchJob& batch = call.batch;
  Job& job = call.job;
  Set& set = job.anchors;
  float* columns = nullptr;  // [members][blocks][kDepth][kBlock]
  const int64_t columns_size = set.blocks * kDepth * kBlock;
  const Memory memory([&](Memory& m) {
    call.take_rows(m);
    m.take(columns, call.members * columns_size);
    m.take(batch.products, batch.slabs * call.pairs * kBlock * kBlock);
    m.take(batch.stats, call.pairs * 2);
    m.take(batch.kinds, call.pairs);
    for (Sums& of_kind : set.sums) {
      for (float** to : {&of_kind.least, &of_kind.sum, &of_kind.weighted}) m.take(*to, batch.width());
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
  Call call(p, const_cast<float*>(residual), threads);
  BatchJob& batch = call.batch;
  Job& job = call.job;
  Set& set = job.anchors;
  RowFinish* finish = nullptr;
  float* panels = nullptr;  // [members][width][kPanel]
  const Memory memory([&](Memory& m) {
    call.take_rows(m);
    for (auto& of_kind : set.weights) {
      for (float*& weights : of_kind) m.take(weights, batch.width());
    }
    m.take(panels, call.members * batch.width() * kPanel);
    m.take(batch.G, call.pairs * kBlock * kBlock);
    m.take(batch.totals, call.pairs * 2 * kBlock);
    m.take(batch.along, call.pairs * 2 * kBlock);
    m.take(finish, p.n);
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

bool cpu_batch_grad(const Batch& batch, const float* sums, const float* residual, double slope, float* grad, int threads) {
  try {
    gradient_of_batch(batch, sums, residual, slope, grad, threads);
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace snnl
