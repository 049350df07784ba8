// What forward and backward share: classes, memory, centring, packing and the walk over pairs.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "../kernel_api.h"
#include "layout.h"
#include "schedule.h"
#include "team.h"
#include "workspace.h"

namespace snnl {

class Plan {
 public:
  // Throws std::bad_alloc. `symmetric`: anchors are candidates with the same labels (and sums).
  Plan(const Problem& problem, bool symmetric, bool backward, int threads);

  using Step = void (*)(const Job&, int64_t, const Set&, int64_t, Scratch&);

  // Packs all blocks that are not known, runs `make` and, in turn, `add` for every pair of blocks, then `finish` for
  // every block of anchors. False where a candidate is not finite: then all results are NaN.
  template <class Finish>
  bool run(Step make, Step add, const Finish& finish) {
    Shared shared(*this);
    const auto finish_blocks = [&](int) {
      if (!shared.good.load(std::memory_order_relaxed)) return;
      for (int64_t b; shared.finished.take(b);) finish(b);
    };
    const auto pairs = [&](int member) { work_off(member, shared, make, add); };
    if (job.known) {
      Team::run(threads_, {pairs, finish_blocks});
    } else {
      Team::run(threads_, {[&](int) { center(problem_, shared.chunks); },
                           [&](int member) { if (member == 0) choose_center(problem_); },
                           [&](int) { pack(shared); }, pairs, finish_blocks});
    }
    // For the backward call that follows.
    const bool good = shared.good.load();
    if (good && job.tiles) memory_->keep(kForward);
    return good;
  }

  Job job;
  const float* same_count() const { return same_count_.data(); }  // [n], in the caller's order

 private:
  // What the threads of a run take from.
  struct Shared {
    explicit Shared(const Plan&);
    Counter chunks, blocks, tasks, finished;
    std::atomic<bool> good{true};
  };
  // What a forward call leaves for the backward call on the same features and labels.
  struct Kept {
    int64_t n, d;
    float feature_scale;
  };
  static constexpr uint64_t kForward = 1;

  size_t layout(char* base, bool backward, bool tiles);
  void place(bool backward);
  bool recall();
  bool has_panels(int64_t block);
  void sort(const Problem&);
  void pack(Shared&);
  void work_off(int member, Shared&, Step make, Step add);
  void center(const Problem&, Counter&);
  void choose_center(const Problem&);
  void set_scale(const Problem&);
  void clear_product(int64_t block);
  void work(const Task&, Step make, Step add, Scratch&);

  const Problem& problem_;
  int threads_;
  std::unique_ptr<Workspace> memory_;
  Kept* kept_ = nullptr;
  int32_t* kept_labels_ = nullptr;  // [n]
  std::vector<float> same_count_;
  std::vector<float> chunk_sums_;  // [chunks][2][d]: sums and largest sizes of rows
  std::vector<double> candidate_sums_;  // [d]
  Schedule schedule_;
  std::unique_ptr<std::atomic<int32_t>[]> turns_;
  Scratch* scratch_ = nullptr;
};

// Whether distances can be divided by it.
bool is_usable(float temperature);

// Whether each anchor has the same label in both roles, as self_offset promises for features.
bool is_slice(const int32_t* part, const int32_t* whole, int64_t count);

}  // namespace snnl
