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

  // Packs all blocks, runs `make` and, in turn, `add` for every pair of blocks, then `finish` for
  // every block of anchors. False where a candidate is not finite: then all results are NaN.
  template <class Finish>
  bool run(Step make, Step add, const Finish& finish) {
    Shared shared(*this);
    Team team;
    team.run(threads_, [&](int member) {
      if (!work_off(team, member, shared, make, add)) return;
      team.meet();
      for (int64_t b; shared.finished.take(b);) finish(b);
    });
    return shared.good.load();
  }

  Job job;
  const float* same_count() const { return same_count_.data(); }  // [n], in the caller's order

 private:
  // What the threads of a run take from.
  struct Shared {
    explicit Shared(const Plan&);
    Counter chunks, packed, tasks, finished;
    std::atomic<bool> good{true};
  };
  bool work_off(Team&, int member, Shared&, Step make, Step add);
  void sort(const Problem&);
  void place(bool backward);
  void center(const Problem&, Counter&);
  void choose_center(const Problem&);
  void work(const Task&, Step make, Step add, Scratch&);

  const Problem& problem_;
  int threads_;
  std::unique_ptr<Workspace> memory_;
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
