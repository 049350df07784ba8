// Samples without a label, taken out before a kernel runs: it sees only those that count.
#pragma once
#include <vector>

#include "kernel_api.h"

namespace snnl {

bool all_labelled(const int32_t* labels, int64_t count);
inline bool all_labelled(const Problem& p) {
  return all_labelled(p.anchor_labels, p.n) && all_labelled(p.candidate_labels, p.m);
}

// Rows of an array, in order, copied.
std::vector<float> rows_of(const float* from, const std::vector<int64_t>& rows, int64_t width);
void put_rows(const std::vector<float>& from, const std::vector<int64_t>& rows, int64_t width, float* to);
// Columns of an array of `height` rows, each `width` long.
std::vector<float> columns_of(const float* from, const std::vector<int64_t>& columns, int height, int64_t width);
void put_columns(const std::vector<float>& from, const std::vector<int64_t>& columns, int height, int64_t width, float* to);

// The samples of a batch that have a label.
struct LabelledBatch {
  explicit LabelledBatch(const Batch& whole);
  std::vector<int64_t> rows;
  Batch batch;

 private:
  std::vector<float> features_;
  std::vector<int32_t> labels_;
};

// Some anchors of a problem and all candidates that have a label. Those that are anchors themselves come first.
struct LabelledPart {
  LabelledPart(const Problem& whole, std::vector<int64_t> of_anchors, std::vector<int64_t> of_candidates, bool own);
  std::vector<int64_t> anchors, candidates;
  Problem problem;

 private:
  std::vector<float> anchor_features_, candidate_features_;
  std::vector<int32_t> anchor_labels_, candidate_labels_;
};

// The parts of a problem of which some samples have no label: one, but where an anchor has a label that it
// lacks as a candidate.
std::vector<LabelledPart> labelled_parts(const Problem& whole);

}  // namespace snnl
