// Problems to run the kernels on, drawn from a seed.
#pragma once
#include <algorithm>
#include <random>
#include <string>

#include "reference.h"

enum class Kind { kSelf, kBlock, kMemory, kDisjoint };

inline const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::kSelf: return "self";
    case Kind::kBlock: return "block of a pool";
    case Kind::kMemory: return "self and memory";
    default: return "disjoint";
  }
}

struct Shape {
  int64_t n, d;
  int classes;
  Kind kind = Kind::kSelf;
  float temperature = 1, spread = 1, offset = 0;
};

inline Case draw(const Shape& shape, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(shape.offset, shape.spread);
  Case c;
  c.n = shape.n;
  c.d = shape.d;
  c.temperature = shape.temperature;
  const int64_t before = shape.kind == Kind::kBlock ? 37 : 0;
  const int64_t after = shape.kind == Kind::kSelf ? 0 : 101;
  c.m = shape.kind == Kind::kDisjoint ? after : before + c.n + after;
  c.self_offset = shape.kind == Kind::kDisjoint ? -1 : before;
  c.candidates.resize(c.m * c.d);
  for (float& x : c.candidates) x = normal(random);
  for (int64_t j = 0; j < c.m; j++) {
    c.candidate_labels.push_back(static_cast<int>(random() % shape.classes) * 7 - 3);
  }
  if (shape.kind == Kind::kDisjoint) {
    c.anchors.resize(c.n * c.d);
    for (float& x : c.anchors) x = normal(random);
    for (int64_t i = 0; i < c.n; i++) {
      c.anchor_labels.push_back(static_cast<int>(random() % shape.classes) * 7 - 3);
    }
  } else {
    const auto first = c.candidates.begin() + before * c.d;
    c.anchors.assign(first, first + c.n * c.d);
    const auto label = c.candidate_labels.begin() + before;
    c.anchor_labels.assign(label, label + c.n);
    c.shared = shape.kind == Kind::kSelf;
    c.one_batch = true;
  }
  return c;
}

inline std::string describe(const Shape& s) {
  char text[160];
  std::snprintf(text, sizeof text, "%s, n=%d d=%d classes=%d T=%g spread=%g offset=%g",
                name_of(s.kind), int(s.n), int(s.d), s.classes, s.temperature, s.spread, s.offset);
  return text;
}

struct Upstream {
  std::vector<float> anchors, candidates;  // [6, n], [6, m]
};

// References of `sums` with random upstream gradients; zeros where a candidate is no anchor.
inline Upstream draw_upstream(const Case& c, const std::vector<float>& sums, unsigned seed = 2) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  constexpr int kRows = snnl::kReferenceRows;
  Upstream u{std::vector<float>(kRows * c.n), std::vector<float>(kRows * c.m, 0.0f)};
  std::copy_n(sums.begin() + 5 * c.n, 4 * c.n, u.anchors.begin());
  for (int64_t i = 0; i < c.n; i++) {
    u.anchors[4 * c.n + i] = normal(random);
    u.anchors[5 * c.n + i] = sums[4 * c.n + i] > 0 ? normal(random) : 0;
  }
  for (int row = 0; row < kRows && c.self_offset >= 0; row++) {
    for (int64_t i = 0; i < c.n; i++) {
      u.candidates[row * c.m + c.self_offset + i] = u.anchors[row * c.n + i];
    }
  }
  return u;
}

inline std::vector<float> forward(const Case& c, int threads = 2) {
  std::vector<float> out(snnl::kSumRows * c.n, -77.0f);
  if (!snnl::cpu_log_sums(c.problem(), out.data(), threads)) out.assign(out.size(), -99.0f);
  return out;
}

inline std::vector<float> backward(const Case& c, const Upstream& u, int threads = 2) {
  std::vector<float> out(c.n * c.d, -77.0f);
  if (!snnl::cpu_log_sums_grad(c.problem(), u.anchors.data(), u.candidates.data(), out.data(),
                               threads)) {
    out.assign(out.size(), -99.0f);
  }
  return out;
}

inline std::vector<float> cross(const Case& c, int threads = 2) {
  std::vector<float> out(snnl::kSumRows * (c.n + c.m), -77.0f);
  if (!snnl::cpu_cross_log_sums(c.problem(), out.data(), threads)) out.assign(out.size(), -99.0f);
  return out;
}
