#include "labelled.h"

#include <algorithm>
#include <utility>

namespace snnl {
namespace {

std::vector<int32_t> labels_of(const int32_t* labels, const std::vector<int64_t>& rows) {
  std::vector<int32_t> taken;
  taken.reserve(rows.size());
  for (const int64_t row : rows) taken.push_back(labels[row]);
  return taken;
}

std::vector<int64_t> labelled_rows(const int32_t* labels, int64_t count) {
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < count; row++) {
    if (labels[row] != kMissingLabel) rows.push_back(row);
  }
  return rows;
}

int64_t size_of(const std::vector<int64_t>& rows) { return static_cast<int64_t>(rows.size()); }

}  // namespace

bool all_labelled(const int32_t* labels, int64_t count) {
  return std::find(labels, labels + count, kMissingLabel) == labels + count;
}

std::vector<float> rows_of(const float* from, const std::vector<int64_t>& rows, int64_t width) {
  std::vector<float> taken(rows.size() * static_cast<size_t>(width));
  for (int64_t to = 0; to < size_of(rows); to++) std::copy_n(from + rows[to] * width, width, taken.data() + to * width);
  return taken;
}

void put_rows(const std::vector<float>& from, const std::vector<int64_t>& rows, int64_t width, float* to) {
  for (int64_t at = 0; at < size_of(rows); at++) std::copy_n(from.data() + at * width, width, to + rows[at] * width);
}

std::vector<float> columns_of(const float* from, const std::vector<int64_t>& columns, int height, int64_t width) {
  std::vector<float> taken;
  taken.reserve(columns.size() * static_cast<size_t>(height));
  for (int row = 0; row < height; row++) {
    for (const int64_t column : columns) taken.push_back(from[row * width + column]);
  }
  return taken;
}

void put_columns(const std::vector<float>& from, const std::vector<int64_t>& columns, int height, int64_t width,
                 float* to) {
  for (int row = 0; row < height; row++) {
    for (int64_t at = 0; at < size_of(columns); at++) {
      to[row * width + columns[at]] = from[row * size_of(columns) + at];
    }
  }
}

LabelledBatch::LabelledBatch(const Batch& whole)
    : rows(labelled_rows(whole.labels, whole.n)), batch(whole) {
  if (size_of(rows) == whole.n) return;
  features_ = rows_of(whole.features, rows, whole.d);
  labels_ = labels_of(whole.labels, rows);
  batch.features = features_.data();
  batch.labels = labels_.data();
  batch.n = size_of(rows);
}

LabelledPart::LabelledPart(const Problem& whole, std::vector<int64_t> of_anchors, std::vector<int64_t> of_candidates,
                           bool own)
    : anchors(std::move(of_anchors)),
      candidates(std::move(of_candidates)),
      problem(whole),
      anchor_features_(rows_of(whole.anchors, anchors, whole.d)),
      anchor_labels_(labels_of(whole.anchor_labels, anchors)),
      candidate_labels_(labels_of(whole.candidate_labels, candidates)) {
  const bool shared = whole.one_batch && whole.candidates == whole.anchors && candidates.size() == anchors.size();
  if (!shared) candidate_features_ = rows_of(whole.candidates, candidates, whole.d);
  problem.anchors = anchor_features_.data();
  problem.candidates = shared ? problem.anchors : candidate_features_.data();
  problem.anchor_labels = anchor_labels_.data();
  problem.candidate_labels = candidate_labels_.data();
  problem.n = size_of(anchors);
  problem.m = size_of(candidates);
  problem.self_offset = own ? 0 : -1;
  problem.one_batch = whole.one_batch && own;
}

std::vector<LabelledPart> labelled_parts(const Problem& whole) {
  std::vector<int64_t> own, strangers, candidates;
  std::vector<bool> is_first(static_cast<size_t>(whole.m));
  for (const int64_t i : labelled_rows(whole.anchor_labels, whole.n)) {
    const int64_t j = whole.self_offset + i;
    if (whole.self_offset < 0 || whole.candidate_labels[j] == kMissingLabel) {
      strangers.push_back(i);
    } else {
      own.push_back(i);
      candidates.push_back(j);
      is_first[j] = true;
    }
  }
  for (const int64_t j : labelled_rows(whole.candidate_labels, whole.m)) {
    if (!is_first[j]) candidates.push_back(j);
  }
  std::vector<LabelledPart> parts;
  if (!own.empty()) parts.emplace_back(whole, std::move(own), candidates, true);
  if (!strangers.empty() || whole.self_offset < 0) parts.emplace_back(whole, std::move(strangers), std::move(candidates), false);
  return parts;
}

}  // namespace snnl
