#include "plan.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

namespace snnl {
namespace {

// Rows whose sum is taken in float32 before it goes to float64.
constexpr int64_t kChunk = 256;

int64_t blocks_of(int64_t count) { return (count + kBlock - 1) / kBlock; }

// Sorts rows [0, count) but for [skip, skip + skipped) by class: order and classes in place.
void sort_by_class(const std::vector<int32_t>& classes, int64_t class_count, int64_t skip,
                   int64_t skipped, Set& set) {
  std::vector<int64_t> next(class_count + 1, 0);
  const auto kept = [&](int64_t row) { return row < skip || row >= skip + skipped; };
  const int64_t rows = static_cast<int64_t>(classes.size());
  for (int64_t row = 0; row < rows; row++) {
    if (kept(row)) next[classes[row] + 1]++;
  }
  for (int64_t c = 0; c < class_count; c++) next[c + 1] += next[c];
  for (int64_t row = 0; row < rows; row++) {
    if (!kept(row)) continue;
    const int64_t at = next[classes[row]]++;
    set.order[at] = static_cast<int32_t>(row);
    set.classes[at] = classes[row];
  }
  for (int64_t at = set.count; at < set.blocks * kBlock; at++) {
    set.order[at] = 0;
    set.classes[at] = -1;
  }
}

}  // namespace

int useful_threads(double pairs, int64_t d, int threads) {
  // To wake a thread takes some 30 us: half as many pairs' worth of work each.
  const double work = pairs * (d + 16) / 2e6;
  return static_cast<int>(std::min<double>(std::max(threads, 1), std::max(work, 1.0)));
}

float scale_of_half_distances(float temperature, float feature_scale) {
  const double scale = 2 / std::log(2.0) / temperature / (static_cast<double>(feature_scale) * feature_scale);
  return static_cast<float>(std::min(std::max(scale, kLeastScale), kGreatestScale));
}

// Powers of two, so that nothing is rounded: distances must stay far below kNoPair, and squares of small
// features must not become 0.
float scale_of_features(float of_candidates, float of_all) {
  if (of_candidates > 0x1p65f) return 0x1p-88f;
  if (of_all > 0x1p40f) return 0x1p-32f;
  return of_all < 0x1p-30f ? 0x1p40f : 1;
}

bool is_usable(float temperature) { return std::isfinite(temperature) && temperature > 0; }

Plan::Plan(const Problem& problem, Pass pass, int threads)
    : problem_(problem), pass_(pass) {
  job.features = problem.d;
  job.panels = (problem.d + kPanel - 1) / kPanel;
  job.symmetric = problem.one_batch;
  job.anchors.count = problem.n;
  job.others.count = job.symmetric ? problem.m - problem.n : problem.m;
  job.anchors.blocks = blocks_of(job.anchors.count);
  job.others.blocks = blocks_of(job.others.count);
  job.anchors.raw = problem.anchors;
  job.others.raw = problem.candidates;
  schedule_ = make_schedule(job.anchors.blocks, job.others.blocks, job.symmetric, pass == Pass::kCrossSums);
  turns_.reset(new std::atomic<int32_t>[schedule_.groups + 1]);
  for (int64_t g = 0; g <= schedule_.groups; g++) turns_[g].store(0);
  const double pairs = static_cast<double>(problem.n) * problem.m / (job.symmetric ? 2 : 1);
  threads_ = useful_threads(pairs, problem.d, threads);
  threads_ = static_cast<int>(std::min<int64_t>(threads_, std::max<int64_t>(
      1, static_cast<int64_t>(schedule_.tasks.size()))));
  place();
}

// The memory of a call, at `base` or only counted. Forward and backward lay out the same where they
// share tiles.
size_t Plan::layout(char* base, bool tiles) {
  Pieces pieces(base);
  const bool gradient = pass_ == Pass::kGradient || tiles, sums = pass_ != Pass::kGradient || tiles;
  if (tiles) kept_.place(pieces, job, problem_.n);
  for (Set* set : {&job.anchors, &job.others}) {
    const int64_t rows = set->blocks * kBlock;
    pieces.take(set->order, rows);
    pieces.take(set->classes, rows);
    pieces.take(set->half_norms, rows);
    pieces.take(set->bad, rows);
    pieces.take(set->columns, set->blocks * job.columns_size());
    if (sums && (set == &job.anchors || pass_ == Pass::kCrossSums)) {
      for (Sums& of_kind : set->sums) {
        pieces.take(of_kind.least, rows);
        pieces.take(of_kind.sum, rows);
        pieces.take(of_kind.weighted, rows);
      }
    }
    if (!gradient) continue;
    pieces.take(set->panels, set->blocks * job.panels_size());
    for (auto& of_kind : set->weights) {
      for (float*& weights : of_kind) pieces.take(weights, rows);
    }
  }
  const int64_t rows = job.anchors.blocks * kBlock;
  if (!job.symmetric && problem_.self_offset >= 0) pieces.take(job.excluded, rows);
  pieces.take(job.center, job.features);
  if (gradient) {
    pieces.take(job.product, job.anchors.blocks * job.panels_size());
    pieces.take(job.row_sums, rows);
  }
  pieces.take(scratch_, threads_);
  return pieces.bytes();
}

void Plan::place() {
  // A batch against itself, whose tiles stay in memory that is kept.
  const bool tiles = job.symmetric && job.others.blocks == 0 &&
                     layout(nullptr, true) <= Workspace::kMostKept;
  memory_.reset(new Workspace(layout(nullptr, tiles)));
  layout(memory_->data(), tiles);
  if (pass_ == Pass::kGradient) {
    job.known = tiles && memory_->found() == kForward && kept_.is_of(problem_, job, threads_);
  } else {
    job.product = nullptr;
  }
  if (job.known) return set_scale(problem_);
  if (pass_ == Pass::kGradient) job.tiles = nullptr;
  chunk_sums_.assign(
      static_cast<size_t>(2 * job.features * ((problem_.m + kChunk - 1) / kChunk + 1)), 0.0f);
  candidate_sums_.assign(static_cast<size_t>(job.features), 0.0);
  sort(problem_);
}

void Plan::sort(const Problem& p) {
  std::unordered_map<int32_t, int32_t> ids;
  const auto dense = [&](const int32_t* labels, int64_t count) {
    std::vector<int32_t> classes(count);
    for (int64_t row = 0; row < count; row++) {
      classes[row] = ids.emplace(labels[row], static_cast<int32_t>(ids.size())).first->second;
    }
    return classes;
  };
  const std::vector<int32_t> anchors = dense(p.anchor_labels, p.n);
  const std::vector<int32_t> candidates =
      job.symmetric && p.n == p.m ? anchors : dense(p.candidate_labels, p.m);
  const int64_t count = static_cast<int64_t>(ids.size());
  const auto partners = [&](const std::vector<int32_t>& of, const std::vector<int32_t>& among) {
    std::vector<int64_t> sizes(count + 1, 0);
    for (const int32_t c : among) sizes[c]++;
    std::vector<float> partners(of.size());
    for (size_t i = 0; i < of.size(); i++) partners[i] = static_cast<float>(sizes[of[i]]);
    return partners;
  };
  same_count_ = partners(anchors, candidates);
  for (int64_t i = 0; i < p.n && p.self_offset >= 0; i++) {
    same_count_[i] -= candidates[p.self_offset + i] == anchors[i];
  }
  if (pass_ == Pass::kCrossSums) same_count_of_others_ = partners(candidates, anchors);
  sort_by_class(anchors, count, 0, 0, job.anchors);
  sort_by_class(candidates, count, p.self_offset, job.symmetric ? p.n : 0, job.others);
  if (!job.excluded) return;
  std::vector<int32_t> place(p.m);
  for (int64_t at = 0; at < job.others.count; at++) {
    place[job.others.order[at]] = static_cast<int32_t>(at);
  }
  for (int64_t at = 0; at < job.anchors.blocks * kBlock; at++) {
    job.excluded[at] = at < p.n ? place[p.self_offset + job.anchors.order[at]] : -1;
  }
}

// Sums, and largest sizes, of chunks of candidates.
void Plan::center(const Problem& p, Counter& chunks) {
  for (int64_t c; chunks.take(c);) {
    float* sums = chunk_sums_.data() + 2 * c * p.d;
    const int64_t first = c * kChunk;
    kernels().sum_rows(p.candidates + first * p.d, std::min(kChunk, p.m - first), p.d, sums,
                       sums + p.d);
  }
}

void Plan::choose_center(const Problem& p) {
  const int64_t chunks = (p.m + kChunk - 1) / kChunk;
  float of_candidates = 0, of_anchors = 0;
  std::vector<double>& sums = candidate_sums_;
  for (int64_t c = 0; c < chunks; c++) {
    const float* at = chunk_sums_.data() + 2 * c * p.d;
    for (int64_t k = 0; k < p.d; k++) {
      sums[k] += at[k];
      of_candidates = std::max(of_candidates, at[p.d + k]);
    }
  }
  if (!job.symmetric) {
    float* at = chunk_sums_.data() + 2 * chunks * p.d;
    kernels().sum_rows(p.anchors, p.n, p.d, at, at + p.d);
    for (int64_t k = 0; k < p.d; k++) of_anchors = std::max(of_anchors, at[p.d + k]);
  }
  // Of two sets, a sample that is out of all bounds leaves the others of its side as they are.
  const float of_all = std::max(of_candidates, of_anchors);
  job.feature_scale = scale_of_features(pass_ == Pass::kCrossSums ? 0 : of_candidates, of_all);
  for (int64_t k = 0; k < p.d; k++) {
    const double mean = p.m > 0 ? sums[k] / p.m * job.feature_scale : 0;
    // Where a candidate is not finite, packing finds it.
    job.center[k] = std::isfinite(mean) ? static_cast<float>(mean) : 0;
  }
  set_scale(p);
}

void Plan::set_scale(const Problem& p) {
  job.scale = scale_of_half_distances(p.temperature, job.feature_scale);
}

void Plan::work(const Task& task, Step make, Step add, Scratch& scratch) {
  const Set& columns = task.other ? job.others : job.anchors;
  const int64_t group = schedule_.group;
  const bool both = task.other ? pass_ == Pass::kCrossSums : task.row != task.column;
  std::atomic<int32_t>& row_turn = turns_[task.row];
  std::atomic<int32_t>& column_turn = turns_[task.column + (task.other ? schedule_.row_groups : 0)];
  bool waited = false;
  for (int64_t I = task.row * group; I < std::min((task.row + 1) * group, job.anchors.blocks); I++) {
    for (int64_t J = task.column * group; J < std::min((task.column + 1) * group, columns.blocks);
         J++) {
      if (!task.other && J < I) continue;
      make(job, I, columns, J, scratch);
      if (!waited) {
        waited = true;
        wait_until([&] {
          return row_turn.load(std::memory_order_acquire) == task.row_turn &&
                 (!both || column_turn.load(std::memory_order_acquire) == task.column_turn);
        });
      }
      add(job, I, columns, J, scratch);
    }
  }
  row_turn.store(task.row_turn + 1, std::memory_order_release);
  if (both) column_turn.store(task.column_turn + 1, std::memory_order_release);
}

Plan::Shared::Shared(const Plan& plan)
    : chunks((plan.problem_.m + kChunk - 1) / kChunk),
      blocks(plan.job.anchors.blocks + plan.job.others.blocks),
      tasks(static_cast<int64_t>(plan.schedule_.tasks.size())),
      finished(plan.job.anchors.blocks + (plan.pass_ == Pass::kCrossSums ? plan.job.others.blocks : 0)) {}

void Plan::pack(Shared& shared) {
  for (int64_t b; shared.blocks.take(b);) {
    const bool of_anchors = b < job.anchors.blocks;
    const Set& set = of_anchors ? job.anchors : job.others;
    const int64_t block = of_anchors ? b : b - job.anchors.blocks;
    kernels().pack(job, set, block);
    if (of_anchors && job.product) clear_product(job, block);
    if (job.tiles) kept_.record(problem_, job, block);
    std::atomic<bool>& spoilt = of_anchors ? anchors_spoilt_ : others_spoilt_;
    for (int r = 0; r < set.rows_in(block); r++) {
      if (set.bad[block * kBlock + r]) spoilt.store(true, std::memory_order_relaxed);
    }
  }
}

void Plan::work_off(int member, Shared& shared, Step make, Step add) {
  if (is_hopeless()) return;
  Scratch& scratch = scratch_[member];
  std::memset(static_cast<void*>(&scratch), 0, sizeof(Scratch));
  for (int64_t t; shared.tasks.take(t);) work(schedule_.tasks[t], make, add, scratch);
}

}  // namespace snnl
