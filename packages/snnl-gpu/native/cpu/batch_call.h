// What both passes over a small batch share: what the first leaves for the second, and the memory, order
// and threads of one call.
#pragma once
#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "batch.h"
#include "kernel_api.h"
#include "plan.h"

namespace snnl {

// What the forward pass leaves for the backward pass, in one array of floats.
struct Residual {
  float *scale = nullptr, *center = nullptr, *factors[3] = {}, *norm_rests = nullptr, *leasts = nullptr,
        *tiles = nullptr;
  int64_t size = 0;

  Residual(int64_t n, int64_t d, float* base) {
    const int64_t blocks = (n + kBlock - 1) / kBlock, pairs = blocks * (blocks + 1) / 2;
    Pieces pieces(base);
    pieces.take(tiles, pairs * kBlock * kBlock);
    pieces.take(leasts, pairs);
    pieces.take(scale, 1);
    pieces.take(center, d);
    for (float*& of_rows : factors) pieces.take(of_rows, blocks * kBlock);
    pieces.take(norm_rests, blocks * kBlock);
    size = static_cast<int64_t>(pieces.bytes() / sizeof(float));
  }
};

class BatchCall {
 public:
  BatchCall(const Batch& of, float* residual, int threads) : p(of), left(of.n, of.d, residual) {
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

  // Lays out the memory of the call: what both passes need, and what `take` takes beside it.
  template <class Take>
  void allocate(const Take& take) {
    const auto layout = [&](void* memory) {
      Pieces pieces(memory);
      pieces.take(job.anchors.order, batch.width());
      pieces.take(job.anchors.classes, batch.width());
      pieces.take(scratch, members);
      take(pieces);
      return pieces.bytes();
    };
    memory_.emplace(layout(nullptr));
    layout(memory_->data());
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

 private:
  std::optional<Workspace> memory_;
};

}  // namespace snnl
