#include "inputs.h"

namespace snnl {
namespace {

struct Expected {
  const char* name;
  int type;
  int rank;
};
constexpr Expected kExpected[] = {
    {"anchors", kFloat, 2},         {"candidates", kFloat, 2},  {"anchor_labels", kInt32, 1},
    {"candidate_labels", kInt32, 1}, {"temperature", kFloat, 0}, {"anchor_sums", kFloat, 2},
    {"candidate_sums", kFloat, 2},
};

std::string type_name(int type) {
  if (type == kFloat) return "float32";
  if (type == kInt32) return "int32";
  return "type " + std::to_string(type);
}

}  // namespace

Inputs::Inputs(TF_OpKernelContext* context, int count, const Status& status) : count_(count) {
  get_inputs(context, tensors_.data(), count, status);
}

std::string Inputs::mismatch(int64_t self_offset, bool one_batch) const {
  for (int i = 0; i < count_; i++) {
    const Expected& expected = kExpected[i];
    const Tensor& got = tensors_[i];
    if (got.type() == expected.type && got.rank() == expected.rank) continue;
    return std::string("Expected ") + expected.name + " to be a " + type_name(expected.type) +
           " tensor of rank " + std::to_string(expected.rank) + ", but got " + type_name(got.type()) +
           " of shape " + got.shape() + ".";
  }
  const auto dim = [&](Index index, int axis) { return tensors_[index].dim(axis); };
  const int64_t n = dim(kAnchors, 0), d = dim(kAnchors, 1), m = dim(kCandidates, 0);
  const auto wrong = [&](Index index, const std::string& expected) {
    return std::string("Expected ") + kExpected[index].name + " to have shape " + expected +
           " beside anchors of shape " + tensors_[kAnchors].shape() + " and candidates of shape " +
           tensors_[kCandidates].shape() + ", but got " + tensors_[index].shape() + ".";
  };
  const std::string rows = std::to_string(n), columns = std::to_string(m);
  if (dim(kCandidates, 1) != d) return wrong(kCandidates, "[" + columns + ", " + std::to_string(d) + "]");
  if (dim(kAnchorLabels, 0) != n) return wrong(kAnchorLabels, "[" + rows + "]");
  if (dim(kCandidateLabels, 0) != m) return wrong(kCandidateLabels, "[" + columns + "]");
  if (count_ > kAnchorSums) {
    const std::string height = "[" + std::to_string(kReferenceRows) + ", ";
    const auto fits = [&](Index index, int64_t count) {
      return dim(index, 0) == kReferenceRows && dim(index, 1) == count;
    };
    if (!fits(kAnchorSums, n)) return wrong(kAnchorSums, height + rows + "]");
    if (!fits(kCandidateSums, m)) return wrong(kCandidateSums, height + columns + "]");
  }
  if (self_offset < -1 || (self_offset >= 0 && self_offset > m - n)) {
    if (m < n) {
      return "Expected selfOffset to be -1, since " + rows + " anchors cannot lie among " + columns +
             " candidates, but got " + std::to_string(self_offset) + ".";
    }
    return "Expected selfOffset to be -1, or from 0 to " + std::to_string(m - n) + " so that the " + rows +
           " anchors lie among the " + columns + " candidates, but got " + std::to_string(self_offset) + ".";
  }
  if (one_batch && self_offset < 0) return "Expected oneBatch only beside a selfOffset from 0 on, but got -1.";
  return "";
}

Problem Inputs::problem(int64_t self_offset, bool one_batch) const {
  Problem problem{};
  problem.anchors = floats(kAnchors);
  problem.candidates = floats(kCandidates);
  problem.anchor_labels = tensors_[kAnchorLabels].labels();
  problem.candidate_labels = tensors_[kCandidateLabels].labels();
  problem.n = tensors_[kAnchors].dim(0);
  problem.m = tensors_[kCandidates].dim(0);
  problem.d = tensors_[kAnchors].dim(1);
  problem.self_offset = self_offset;
  problem.one_batch = one_batch;
  return problem;
}

}  // namespace snnl
