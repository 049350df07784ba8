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

namespace snnl {

class Plan {
 public:
  // Throws std::bad_alloc. `symmetric`: anchors are candidates with the same labels (and sums).
  Plan(const Problem& problem, bool symmetric, bool backward, int threads);

  using Step = void (*)(const Job&, int64_t, const Set&, int64_t, Scratch&);

  // Packs all blocks, then runs `make` and, in turn, `add` for every pair of blocks. False where a
  // candidate is not finite: then all results are NaN.
  bool run(Step make, Step add);

  // Runs f(block of anchors) on all threads.
  template <class F>
  void for_blocks(const F& f) {
    Counter blocks(job.anchors.blocks);
    Team team;
    team.run(threads_, [&](int) {
      for (int64_t b; blocks.take(b);) f(b);
    });
  }

  Job job;
  const float* same_count() const { return same_count_.data(); }  // [n], in the caller's order

 private:
  void sort(const Problem&);
  void place(bool backward);
  void center(const Problem&, Team&, int member, Counter&);
  void choose_center(const Problem&);
  void work(const Task&, Step make, Step add, Scratch&);

  struct Free {
    void operator()(void* memory) const;
  };
  const Problem& problem_;
  int threads_;
  std::unique_ptr<void, Free> memory_;
  std::vector<float> same_count_;
  std::vector<float> chunk_sums_;  // [chunks][2][d]: sums and largest sizes of rows
  Schedule schedule_;
  std::unique_ptr<std::atomic<int32_t>[]> turns_;
  Scratch* scratch_ = nullptr;
};

// Whether distances can be divided by it.
bool is_usable(float temperature);

// Whether each anchor has the same label in both roles, as self_offset promises for features.
bool is_slice(const int32_t* part, const int32_t* whole, int64_t count);

}  // namespace snnl
