// What forward and backward share: classes, memory, centring, packing and the walk over pairs.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "kept_forward.h"
#include "kernel_api.h"
#include "layout.h"
#include "schedule.h"
#include "team.h"
#include "workspace.h"

namespace snnl {

// Sums of the anchors; sums of the anchors and of the candidates, which share no sample; gradient.
enum class Pass { kSums, kCrossSums, kGradient };

class Plan {
 public:
  // Throws std::bad_alloc.
  Plan(const Problem& problem, Pass pass, int threads);

  using Step = void (*)(const Job&, int64_t, const Set&, int64_t, Scratch&);

  // Packs all blocks that are not known, runs `make` and, in turn, `add` for every pair of blocks, then
  // finish(set, block) for every block that has results. False where a candidate is not finite: then
  // all results are NaN, and nothing is finished.
  template <class Finish>
  bool run(Step make, Step add, const Finish& finish) {
    Shared shared(*this);
    const auto finish_blocks = [&](int) {
      const SmallResults small(SmallResults::kKept);
      if (is_hopeless()) return;
      for (int64_t b; shared.finished.take(b);) {
        const bool of_anchors = b < job.anchors.blocks;
        finish(of_anchors ? job.anchors : job.others, of_anchors ? b : b - job.anchors.blocks);
      }
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
    if (!is_hopeless() && job.tiles) memory_->keep(kForward);
    return !is_hopeless();
  }

  // Whether a row of the set is not finite.
  bool is_spoilt(const Set& set) const {
    return (&set == &job.anchors ? anchors_spoilt_ : others_spoilt_).load(std::memory_order_relaxed);
  }

  Job job;
  // Candidates of the class of each anchor [n] or, with cross sums, anchors of the class of each
  // candidate [m], in the caller's order.
  const std::vector<float>& same_count(const Set& set) const {
    return &set == &job.anchors ? same_count_ : same_count_of_others_;
  }

 private:
  // What the threads of a run take from.
  struct Shared {
    explicit Shared(const Plan&);
    Counter chunks, blocks, tasks, finished;
  };
  // What `memory_` is marked with where it has a forward pass in `kept_`.
  static constexpr uint64_t kForward = 1;

  size_t layout(char* base, bool tiles);
  void place();
  void sort(const Problem&);
  void pack(Shared&);
  void work_off(int member, Shared&, Step make, Step add);
  void center(const Problem&, Counter&);
  void choose_center(const Problem&);
  void set_scale(const Problem&);
  void work(const Task&, Step make, Step add, Scratch&);

  // Whether no result is finite: a candidate is not.
  bool is_hopeless() const {
    if (pass_ == Pass::kCrossSums) return false;
    return is_spoilt(job.others) || (job.symmetric && is_spoilt(job.anchors));
  }

  const Problem& problem_;
  const Pass pass_;
  int threads_;
  std::atomic<bool> anchors_spoilt_{false}, others_spoilt_{false};
  std::unique_ptr<Workspace> memory_;
  KeptForward kept_;
  std::vector<float> same_count_, same_count_of_others_;
  std::vector<float> chunk_sums_;  // [chunks][2][d]: sums and largest sizes of rows
  std::vector<double> candidate_sums_;  // [d]
  Schedule schedule_;
  std::unique_ptr<std::atomic<int32_t>[]> turns_;
  Scratch* scratch_ = nullptr;
};

// Threads that are worth waking for so many pairs of d features.
int useful_threads(double pairs, int64_t d, int threads);

// 2 log2(e) / T, within the bounds that the kernels take: of features multiplied by `feature_scale`.
float scale_of_half_distances(float temperature, float feature_scale);

// What features are multiplied by, from the largest sizes of the candidates' and of all.
float scale_of_features(float of_candidates, float of_all);

// Whether distances can be divided by it.
bool is_usable(float temperature);

}  // namespace snnl
