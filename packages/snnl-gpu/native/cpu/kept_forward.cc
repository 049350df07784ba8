#include "kept_forward.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "team.h"

namespace snnl {
namespace {

// Whether the panels of a block are those of the caller's rows. Leaves a copy in its product.
bool has_panels(const Job& job, int64_t block) {
  const Set& set = job.anchors;
  float* fresh = job.product + block * job.panels_size();
  kernels().pack_panels(job, set, block, fresh);
  const float* panels = set.panels + block * job.panels_size();
  for (int64_t at = 0; at < job.panels_size(); at += kBlock * kPanel) {
    const size_t bytes = static_cast<size_t>(set.rows_in(block)) * kPanel * sizeof(float);
    if (std::memcmp(fresh + at, panels + at, bytes) != 0) return false;
  }
  return true;
}

}  // namespace

void clear_product(const Job& job, int64_t block) {
  std::memset(job.product + block * job.panels_size(), 0, job.panels_size() * sizeof(float));
  std::memset(job.row_sums + block * kBlock, 0, kBlock * sizeof(float));
}

void KeptForward::place(Pieces& pieces, Job& job, int64_t n) {
  const int64_t pairs = job.anchors.blocks * (job.anchors.blocks + 1) / 2;
  pieces.take(record_, 1);
  pieces.take(labels_, n);
  pieces.take(job.leasts, pairs);
  pieces.take(job.tiles, pairs * kBlock * kBlock);
}

void KeptForward::record(const Problem& p, const Job& job, int64_t block) {
  const int64_t first = block * kBlock;
  std::copy_n(p.anchor_labels + first, job.anchors.rows_in(block), labels_ + first);
  if (block == 0) *record_ = {p.n, p.d, job.feature_scale};
}

bool KeptForward::is_of(const Problem& p, Job& job, int threads) const {
  if (record_->n != p.n || record_->d != p.d) return false;
  if (!std::equal(labels_, labels_ + p.n, p.anchor_labels)) return false;
  job.feature_scale = record_->feature_scale;
  Counter blocks(job.anchors.blocks);
  std::atomic<bool> same{true};
  Team::run(threads, {[&](int) {
    for (int64_t b; same.load(std::memory_order_relaxed) && blocks.take(b);) {
      if (!has_panels(job, b)) same.store(false, std::memory_order_relaxed);
      clear_product(job, b);
    }
  }});
  if (!same.load()) job.feature_scale = 1;
  return same.load();
}

}  // namespace snnl
