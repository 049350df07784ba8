// The two kernels beside float64.
#include "cpu/layout.h"
#include "tests.h"

namespace {

void expect_close(const std::string& what, const Case& c) {
  const std::vector<float> sums = forward(c);
  const Upstream u = draw_upstream(c, sums);
  const std::vector<float> gradient = backward(c, u);
  if (!compares) {
    expect_no_nan(what + ", sums", sums);
    return expect_no_nan(what + ", gradient", gradient);
  }
  const Reference reference(c);
  expect_sums(what, sums, reference.sums());
  const Bounded wanted = reference.gradient(u.anchors.data(), u.candidates.data());
  double worst = 0;
  for (int64_t i = 0; i < c.n; i++) {
    double square = 0;
    for (int64_t k = 0; k < c.d; k++) {
      const double off = gradient[i * c.d + k] - wanted.value[i * c.d + k];
      square += off * off;
    }
    const double bound = wanted.bound[i] + 1e-30;
    if (!(std::sqrt(square) <= bound)) worst = std::max(worst, std::sqrt(square) / bound);
    if (std::isnan(square)) worst = 1e9;
  }
  char text[64];
  std::snprintf(text, sizeof text, ": gradient off by %.3g bounds", worst);
  check(worst == 0, what + text);
}

void expect_close(const Shape& shape, unsigned seed = 1) { expect_close(describe(shape), draw(shape, seed)); }

void test_shapes(bool large) {
  for (const int64_t n : {1, 2, 3, 5, 16, 41, 95, 96, 97, 192, 193, 401}) {
    if (n > 100 && !large) continue;
    for (const int64_t d : {1, 3, 16, 17, 33, 64, 100}) {
      expect_close({n, d, n < 10 ? 2 : 7, Kind::kSelf, std::sqrt(float(d)), 1, 0});
    }
  }
  for (const Kind kind : {Kind::kBlock, Kind::kMemory, Kind::kDisjoint}) {
    for (const int64_t n : {1, 7, 96, 130, 300}) {
      for (const int64_t d : {1, 19, 64}) expect_close({n, d, 5, kind, 8, 1, 0});
    }
  }
  expect_close({150, 600, 10, Kind::kSelf, 30});
  expect_close({64, 1300, 10, Kind::kSelf, 30});
  if (!large) return;
  expect_close({1271, 8, 10, Kind::kSelf, 2});
  expect_close({3200, 5, 10, Kind::kSelf, 2});  // groups of two blocks
}

// Anchors that are candidates and not said to be, and others in the place of candidates.
void test_not_one_batch() {
  for (const Kind kind : {Kind::kSelf, Kind::kBlock, Kind::kMemory}) {
    for (const int64_t n : {1, 96, 130}) {
      Case c = draw({n, 19, 5, kind, 8});
      c.one_batch = c.shared = false;
      expect_close("not said to be one batch, " + std::string(name_of(kind)), c);
      for (float& x : c.anchors) x += 0.5f;
      std::rotate(c.anchor_labels.begin(), c.anchor_labels.begin() + n / 2, c.anchor_labels.end());
      expect_close("others in the place of candidates, " + std::string(name_of(kind)), c);
    }
  }
}

void test_ranges() {
  for (const Kind kind : {Kind::kSelf, Kind::kMemory, Kind::kDisjoint}) {
    for (const int classes : {1, 2, 10, 150, 1000}) expect_close({220, 12, classes, kind, 4});
    for (const float temperature : {1e-3f, 1e-2f, 0.1f, 1.0f, 100.0f, 1e6f, 1e20f, 1e36f}) {
      expect_close({220, 12, 6, kind, temperature});
    }
    for (const float spread : {1e-12f, 1e-6f, 1e-3f, 1e3f, 1e6f, 1e12f, 1e17f}) {
      expect_close({220, 12, 6, kind, 12 * spread * spread, spread});
    }
    expect_close({220, 12, 6, kind, 4, 1, 100});
    expect_close({220, 12, 6, kind, 1, 1, -3000});
  }
}

// In a feature that is c for one anchor and 0 for all else, the gradient of its A (or B) is -2 c / T
// times the sum of its weights.
float sum_of_weights(const Case& drawn, int64_t i, bool of_class) {
  float c = 0;
  for (const float x : drawn.anchors) c = std::max(c, std::fabs(x));
  Case with = drawn;
  with.d = drawn.d + 1;
  const auto widen = [&](const std::vector<float>& rows, int64_t count, int64_t marked) {
    std::vector<float> wide;
    for (int64_t r = 0; r < count; r++) {
      wide.push_back(r == marked ? c : 0);
      wide.insert(wide.end(), rows.begin() + r * drawn.d, rows.begin() + (r + 1) * drawn.d);
    }
    return wide;
  };
  with.anchors = widen(drawn.anchors, drawn.n, i);
  with.candidates = widen(drawn.candidates, drawn.m, drawn.self_offset < 0 ? -1 : drawn.self_offset + i);
  Upstream u = draw_upstream(with, forward(with));
  for (int row = 4; row < 6; row++) {
    for (int64_t k = 0; k < with.n; k++) {
      const float one = k == i && (row == 5) == of_class ? 1.0f : 0.0f;
      u.anchors[row * with.n + k] = one;
      if (with.self_offset >= 0) u.candidates[row * with.m + with.self_offset + k] = one;
    }
  }
  return backward(with, u)[i * with.d] * -with.temperature / (2 * c);
}

void test_scales() {
  for (const Kind kind : {Kind::kSelf, Kind::kMemory, Kind::kDisjoint}) {
    for (const float spread : {1e-6f, 1e-3f, 1.0f, 300.0f, 1e6f}) {
      for (const float temperature : {1e-4f, 0.1f, 1e6f}) {
        const Shape shape{130, 19, 3, kind, temperature, spread};
        expect_close(shape);
        for (const bool of_class : {false, true}) {
          for (const int64_t i : {0, 129}) {
            const float sum = sum_of_weights(draw(shape), i, of_class);
            check(std::fabs(sum - 1) < 2e-5f, describe(shape) + ": weights sum to " + std::to_string(sum));
          }
        }
      }
    }
  }
  // So small that their squares are no float32, and as small as one can be.
  expect_close({130, 19, 3, Kind::kSelf, 2e-38f, 3e-20f});
  const Case least = draw({60, 5, 2, Kind::kSelf, 1, 1e-40f});
  check(std::fabs(forward(least)[0] - std::log(59.0f)) < 1e-6f, "denormal features");
}

// Sums over features are made in levels: each row is a constant, so that roundings do not cancel.
void test_many_features() {
  Case c = draw({3, 50000, 1, Kind::kSelf, 4500});
  const float values[] = {0, 0.3f, 0.5f};
  for (int64_t k = 0; k < c.n * c.d; k++) c.anchors[k] = c.candidates[k] = values[k / c.d];
  expect_close("constant differences", c);
  const std::vector<float> sums = forward(c);
  const double d = double(0.3f) * 0.3f * 50000;
  const double off = std::fabs(sums[5 * c.n] / d - 1);
  check(off < 5e-6, "distance over 50,000 features off by " + std::to_string(1e6 * off) + "e-6");
}

// Distances beyond float32 of rows whose squared norms are not.
void test_overflow() {
  Case c = draw({4, 1, 2, Kind::kSelf, 1e37f});
  c.anchors = {-1.5e19f, -1.4e19f, 1.5e19f, 1.4e19f};
  c.candidates = c.anchors;
  c.anchor_labels = c.candidate_labels = {0, 0, 1, 1};
  const std::vector<float> near = forward(c);
  const double d = double(-1.5e19f + 1.4e19f) * (-1.5e19f + 1.4e19f);
  for (int i = 0; i < 4; i++) {
    check(std::fabs(near[20 + i] / d - 1) < 1e-4, "nearest beside a distance beyond float32");
    check(std::fabs(near[24 + i] - near[32 + i]) < 1e-6, "relative sums beside one beyond float32");
  }
  c.anchor_labels = c.candidate_labels = {0, 1, 1, 0};
  const std::vector<float> far = forward(c);
  for (int i = 0; i < 4; i++) check(std::isnan(far[28 + i]), "nearest of the class beyond float32");
}

// Weights by references of other distances than the kernel's own are capped at 1 each.
void test_foreign_references() {
  for (const Kind kind : {Kind::kSelf, Kind::kDisjoint}) {
    for (const float scale : {1e-3f, 1.0f}) {
      const Case c = draw({130, 12, 3, kind, 1, scale});
      Upstream u = draw_upstream(c, forward(c));
      for (int64_t k = 0; k < 4 * c.n; k++) u.anchors[k] += k / c.n % 2 ? -5.0f : 30.0f;
      if (kind == Kind::kSelf) u.candidates = u.anchors;
      const std::vector<float> gradient = backward(c, u);
      const Bounded want = Reference(c).gradient(u.anchors.data(), u.candidates.data());
      double off = 0, size = 0;
      for (size_t k = 0; k < gradient.size(); k++) {
        off = std::max(off, std::fabs(gradient[k] - want.value[k]));
        size = std::max(size, std::fabs(want.value[k]));
      }
      check(off <= 1e-4 * size, "references 30 too far, gradient off by " + std::to_string(off / size));
    }
  }
}

// All floats t in [-150, 0] on a fine grid, and random ones: at most 2.5 2^-23 off.
void test_exponential() {
  double worst = 0;
  std::vector<float> t(1 << 16), out(t.size());
  for (int pass = 0; pass < 32; pass++) {
    for (size_t k = 0; k < t.size(); k++) {
      t[k] = -126.0f * float(pass * t.size() + k) / float(32 * t.size());
      if (pass % 4 == 3) t[k] = -std::ldexp(1.0f + float(k) / float(t.size()), pass - 25);
    }
    snnl::kernels().exp2(t.data(), int64_t(t.size()), out.data());
    for (size_t k = 0; k < t.size(); k++) {
      const double want = std::exp2(double(t[k]));
      if (want >= 0x1p-125) worst = std::max(worst, std::fabs(out[k] - want) / want);
    }
  }
  char text[64];
  std::snprintf(text, sizeof text, "exponential off by %.3g 2^-23", worst * 0x1p23);
  check(worst <= 2.5 * 0x1p-23, text);
  std::vector<float> far(16, -0x1p100f);
  far[1] = 0;
  far[2] = -200;
  snnl::kernels().exp2(far.data(), 16, far.data());
  check(far[0] == 0 && far[1] == 1 && far[2] < 1e-38f, "exponential of 0 and far below");
}

}  // namespace

void test_kernels(bool large) {
  test_exponential();
  test_shapes(large);
  test_not_one_batch();
  test_ranges();
  test_scales();
  test_many_features();
  test_overflow();
  test_foreign_references();
}
