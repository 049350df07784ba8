// Compares the kernels with float64, on the instruction set that SNNL_CPU_ISA names.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "../layout.h"
#include "cases.h"
#include "check.h"

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Whether results are compared with float64. Not under a sanitizer, where the reference would take most
// of the time: it looks at memory and threads, and the same problems are compared without it.
bool compares = true;

void expect_no_nan(const std::string& what, const std::vector<float>& values) {
  check(std::none_of(values.begin(), values.end(), [](float x) { return std::isnan(x); }), what + ": NaN");
}

void expect_sums(const std::string& what, const std::vector<float>& sums, const Bounded& want) {
  double worst = 0;
  for (size_t k = 0; k < sums.size(); k++) {
    const double off = std::fabs(sums[k] - want.value[k]);
    // Written so that NaN counts as wrong.
    if (!(off <= want.bound[k])) worst = std::max(worst, want.bound[k] ? off / want.bound[k] : 1e9);
    if (std::isnan(sums[k])) worst = 1e9;
  }
  char text[64];
  std::snprintf(text, sizeof text, ": sums off by %.3g bounds", worst);
  check(worst == 0, what + text);
}

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

Case exchanged(const Case& c) {
  Case e = c;
  std::swap(e.n, e.m);
  std::swap(e.anchors, e.candidates);
  std::swap(e.anchor_labels, e.candidate_labels);
  return e;
}

void expect_cross(const Shape& shape) {
  const Case c = draw(shape);
  const std::vector<float> both = cross(c);
  std::vector<float> of_anchors, of_candidates;
  for (int row = 0; row < snnl::kSumRows; row++) {
    const auto first = both.begin() + row * (c.n + c.m);
    of_anchors.insert(of_anchors.end(), first, first + c.n);
    of_candidates.insert(of_candidates.end(), first + c.n, first + c.n + c.m);
  }
  expect_no_nan("cross " + describe(shape), both);
  if (compares) {
    expect_sums("cross " + describe(shape) + ", anchors", of_anchors, Reference(c).sums());
    expect_sums("cross " + describe(shape) + ", candidates", of_candidates, Reference(exchanged(c), c).sums());
  }
  for (int threads = 1; threads <= 4; threads++) {
    const std::vector<float> again = cross(c, threads);
    check(!std::memcmp(both.data(), again.data(), sizeof(float) * both.size()), "bits of cross sums");
  }
}

void test_cross(bool large) {
  for (const int64_t n : {1, 7, 96, 130, 300}) {
    for (const int64_t d : {1, 19, 64}) expect_cross({n, d, 5, Kind::kDisjoint, 8});
  }
  expect_cross({220, 12, 1000, Kind::kDisjoint, 4});  // lone ones on both sides
  expect_cross({220, 12, 6, Kind::kDisjoint, 1e-3f, 300});
  expect_cross({40, 600, 6, Kind::kDisjoint, 30, 1, 100});
  if (large) expect_cross({1700, 5, 10, Kind::kDisjoint, 2});  // groups of two blocks

  const Case clean = draw({110, 19, 4, Kind::kDisjoint, 8});
  const std::vector<float> of_clean = cross(clean);
  const int64_t width = clean.n + clean.m;
  for (const bool in_anchor : {true, false}) {
    Case bad = clean;
    (in_anchor ? bad.anchors : bad.candidates)[5 * bad.d] = kNaN;
    const std::vector<float> sums = cross(bad);
    for (int row = 0; row < snnl::kSumRows; row++) {
      bool good = true;
      for (int64_t i = 0; i < width; i++) {
        const float value = sums[row * width + i];
        // The row itself, and all rows of the other side.
        const bool spoilt = in_anchor ? i == 5 || i >= bad.n : i < bad.n || i == bad.n + 5;
        good = good && (row == 4 || !spoilt ? value == of_clean[row * width + i] || (!spoilt && std::isfinite(value))
                                            : std::isnan(value));
      }
      check(good, std::string("NaN in cross sums, ") + (in_anchor ? "an anchor" : "a candidate"));
    }
  }
  Case bad = clean;
  bad.temperature = 0;
  for (const float value : cross(bad)) check(std::isnan(value) || value == std::floor(value), "cross, T = 0");
  Case none = clean;
  none.m = 0;
  for (const float value : cross(none)) check(value == 0, "cross, no candidates");
  none = clean;
  none.n = 0;
  for (const float value : cross(none)) check(value == 0, "cross, no anchors");
}

void test_lone_anchors() {
  Case c = draw({4, 3, 1});
  c.anchor_labels = {0, 1, 2, 3};
  c.candidate_labels = c.anchor_labels;
  const std::vector<float> sums = forward(c);
  for (int i = 0; i < 4; i++) {
    check(sums[i] != 0 && sums[4 + i] == 0 && sums[12 + i] == 0 && sums[16 + i] == 0, "lone anchor");
    check(sums[20 + i] != 0 && sums[28 + i] == 0 && sums[32 + i] == 0, "references of a lone anchor");
  }
  const std::vector<float> alone = forward(draw({1, 3, 1}));
  for (const float value : alone) check(value == 0, "anchor with no candidate");
  Case none = draw({3, 3, 1, Kind::kDisjoint});
  none.m = 0;
  for (const float value : forward(none)) check(value == 0, "no candidates");
  for (const float value : backward(none, draw_upstream(none, forward(none)))) {
    check(value == 0, "gradient of no candidates");
  }
  Case empty = draw({3, 3, 1, Kind::kDisjoint});
  empty.n = 0;
  check(forward(empty).empty(), "no anchors");
  Case flat = draw({5, 2, 1});
  flat.d = 0;
  const std::vector<float> of_flat = forward(flat);
  check(std::fabs(of_flat[0] - std::log(4.0f)) < 1e-6f, "no features");
  check(backward(flat, draw_upstream(flat, of_flat)).empty(), "gradient of no features");
}

void test_equal_points() {
  Case c = draw({300, 40, 3, Kind::kSelf, 0.5f, 5});
  for (int64_t i = 1; i < c.n; i++) {
    std::copy(c.anchors.begin(), c.anchors.begin() + c.d, c.anchors.begin() + i * c.d);
  }
  const std::vector<float> sums = forward(c);
  check(std::fabs(sums[0] - std::log(299.0)) < 1e-5, "equal points: sum");
  check(sums[2 * c.n] == 0, "equal points: distance");
}

// Rows of `values` [rows, width] are NaN where `spoilt` says so, and finite elsewhere.
template <class Spoilt>
void expect_spoilt(const std::string& what, const std::vector<float>& values, int64_t rows,
                   const Spoilt& spoilt) {
  bool good = true;
  const int64_t width = static_cast<int64_t>(values.size()) / rows;
  for (size_t k = 0; k < values.size(); k++) {
    const float value = values[k];
    good = good && (spoilt(static_cast<int64_t>(k) / width) ? std::isnan(value) : std::isfinite(value));
  }
  check(good, what);
}

template <class Spoilt>
void expect_spoilt_results(const std::string& what, const Case& bad, const Case& clean,
                           const Spoilt& spoilt) {
  const std::vector<float> sums = forward(bad), of_clean = forward(clean);
  for (int row = 0; row < snnl::kSumRows; row++) {
    if (row == 4) continue;
    expect_spoilt(what + ": sums", {sums.begin() + row * bad.n, sums.begin() + (row + 1) * bad.n},
                  bad.n, spoilt);
  }
  const auto counts = sums.begin() + 4 * bad.n;
  check(std::equal(counts, counts + bad.n, of_clean.begin() + 4 * bad.n),
        what + ": counts");
  expect_spoilt(what + ": gradient", backward(bad, draw_upstream(clean, of_clean)), bad.n, spoilt);
  expect_spoilt(what + ": gradient with its own sums", backward(bad, draw_upstream(bad, sums)),
                bad.n, spoilt);
}

void test_bad_inputs() {
  const auto all = [](int64_t) { return true; };
  for (const Kind kind : {Kind::kSelf, Kind::kBlock, Kind::kMemory, Kind::kDisjoint}) {
    const Case clean = draw({110, 19, 4, kind, 8});
    for (const float temperature : {kNaN, kInfinity, -kInfinity, 0.0f, -1.0f}) {
      Case bad = clean;
      bad.temperature = temperature;
      expect_spoilt_results("bad temperature", bad, clean, all);
    }
    for (const float value : {kNaN, kInfinity, -kInfinity, 1e30f, -3e38f}) {
      for (const int64_t place : {int64_t{0}, 57 * clean.d + 7, clean.n * clean.d - 1}) {
        Case bad = clean;
        bad.anchors[place] = value;
        const std::string what = std::string(name_of(kind)) + ", feature " + std::to_string(value);
        if (kind == Kind::kDisjoint) {
          expect_spoilt_results(what, bad, clean, [&](int64_t i) { return i == place / bad.d; });
          bad = clean;
          bad.candidates[place % (bad.m * bad.d)] = value;
          expect_spoilt_results(what + " in a candidate", bad, clean, all);
        } else {
          bad.candidates[place + bad.self_offset * bad.d] = value;
          expect_spoilt_results(what, bad, clean, all);
        }
      }
    }
  }
  Case cold = draw({60, 5, 2});
  for (int64_t k = 0; k < cold.n * cold.d; k++) cold.anchors[k] += float(100 * (k / cold.d));
  cold.temperature = 2e-38f;
  for (int i = 0; i < cold.n; i++) check(!std::isfinite(forward(cold)[i]), "d/T beyond float32");
}

void test_same_bits(int64_t n) {
  for (const Kind kind : {Kind::kSelf, Kind::kMemory, Kind::kDisjoint}) {
    const Case c = draw({n, 70, 6, kind, 8});
    const std::vector<float> sums = forward(c, 1);
    const Upstream u = draw_upstream(c, sums);
    const std::vector<float> gradient = backward(c, u, 1);
    for (int threads = 1; threads <= 4; threads++) {
      const std::vector<float> again = forward(c, threads), grad = backward(c, u, threads);
      const std::string what = name_of(kind) + std::string(", threads ") + std::to_string(threads);
      check(!std::memcmp(sums.data(), again.data(), 4 * sums.size()), "bits of sums: " + what);
      check(!std::memcmp(gradient.data(), grad.data(), 4 * grad.size()), "bits of grad: " + what);
    }
  }
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && !std::memcmp(a.data(), b.data(), sizeof(float) * a.size());
}

// The loss of a small batch from its features: rows of length 1 for the cosine distance.
struct BatchResult {
  std::vector<float> sums, gradient;
};

constexpr double kSlope = -0.375;

BatchResult run_batch(const Case& c, bool cosine, int threads = 2) {
  const size_t size = static_cast<size_t>(snnl::cpu_batch_residual(c.n, c.d));
  std::vector<float> room(size + 16, -77.0f);
  float* const residual = room.data() + (64 - reinterpret_cast<uintptr_t>(room.data()) % 64) % 64 / sizeof(float);
  const snnl::Batch batch{c.anchors.data(), c.anchor_labels.data(), c.temperature, c.n, c.d, cosine};
  BatchResult result{std::vector<float>(snnl::kSumRows * c.n, -77.0f), std::vector<float>(c.n * c.d, -77.0f)};
  check(size > 0 && snnl::cpu_batch_sums(batch, result.sums.data(), residual, threads), "batch forward ran");
  // Another batch in between, as of the next layer.
  forward(draw({200, 30, 3, Kind::kSelf}));
  check(snnl::cpu_batch_grad(batch, result.sums.data(), residual, kSlope, result.gradient.data(), threads),
        "batch backward ran");
  return result;
}

double length_of(const float* x, int64_t d) {
  double square = 0;
  for (int64_t k = 0; k < d; k++) square += double(x[k]) * x[k];
  return std::sqrt(square);
}

// Rows of length 1; one of zeros stays.
Case unit_rows(const Case& c) {
  Case units = c;
  for (int64_t i = 0; i < c.n; i++) {
    const double length = length_of(c.anchors.data() + i * c.d, c.d);
    for (int64_t k = i * c.d; k < (i + 1) * c.d && length > 0; k++) {
      units.anchors[k] = units.candidates[k] = static_cast<float>(c.anchors[k] / length);
    }
  }
  return units;
}

void expect_batch(const std::string& what, const Case& c, bool cosine) {
  const std::string name = std::string(cosine ? "batch, cosine, " : "batch, ") + what;
  const BatchResult got = run_batch(c, cosine);
  if (!compares) {
    expect_no_nan(name + ", sums", got.sums);
    return expect_no_nan(name + ", gradient", got.gradient);
  }
  const Case rows = cosine ? unit_rows(c) : c;
  const Reference reference(rows);
  expect_sums(name, got.sums, reference.sums());
  std::vector<float> anchor_sums(snnl::kReferenceRows * c.n, 0.0f);
  std::copy_n(got.sums.begin() + 5 * c.n, 4 * c.n, anchor_sums.begin());
  for (int64_t i = 0; i < c.n; i++) {
    if (got.sums[4 * c.n + i] == 0) continue;
    anchor_sums[4 * c.n + i] = static_cast<float>(kSlope);
    anchor_sums[5 * c.n + i] = static_cast<float>(-kSlope);
  }
  const Bounded wanted = reference.gradient(anchor_sums.data(), anchor_sums.data());
  double worst = 0;
  for (int64_t i = 0; i < c.n; i++) {
    const float *x = c.anchors.data() + i * c.d, *u = rows.anchors.data() + i * c.d;
    const double length = cosine ? length_of(x, c.d) : 1;
    double along = 0, square = 0;
    for (int64_t k = 0; k < c.d && cosine; k++) along += u[k] * wanted.value[i * c.d + k];
    for (int64_t k = 0; k < c.d; k++) {
      const double want = length == 0 ? 0 : (wanted.value[i * c.d + k] - u[k] * along) / length;
      square += (got.gradient[i * c.d + k] - want) * (got.gradient[i * c.d + k] - want);
    }
    // Weights below the numbers of float32 count as 0.
    const double bound = (length == 0 ? 0 : (wanted.bound[i] + 1e-18) / length) + 1e-30;
    if (!(std::sqrt(square) <= bound)) worst = std::max(worst, std::sqrt(square) / bound);
    if (std::isnan(square)) worst = 1e9;
  }
  char text[64];
  std::snprintf(text, sizeof text, ": gradient off by %.3g bounds", worst);
  check(worst == 0, name + text);
}

void expect_batch(const Shape& shape, bool cosine) { expect_batch(describe(shape), draw(shape), cosine); }

void test_batches(bool large) {
  for (const bool cosine : {false, true}) {
    for (const int64_t n : {1, 2, 5, 41, 95, 96, 97, 130, 193, 401, 512}) {
      if (n > 100 && !large) continue;
      for (const int64_t d : {1, 3, 16, 17, 33, 64, 100}) {
        expect_batch({n, d, n < 10 ? 2 : 7, Kind::kSelf, cosine ? 0.2f : std::sqrt(float(d))}, cosine);
      }
    }
    for (const int64_t d : {129, 600, 1100}) expect_batch({130, d, 4, Kind::kSelf, cosine ? 0.5f : float(d)}, cosine);
    for (const float temperature : {1e-4f, 1e-2f, 1.0f, 1e6f}) {
      for (const int classes : {1, 2, 150, 1000}) {
        expect_batch({220, 12, classes, Kind::kSelf, temperature}, cosine);
        expect_batch({220, 12, classes, Kind::kSelf, temperature, 1, 30}, cosine);
      }
    }
    Case points = draw({300, 40, 3, Kind::kSelf, 0.5f, 5});
    for (int64_t i = 1; i < points.n; i++) {
      std::copy_n(points.anchors.begin(), points.d, points.anchors.begin() + i * points.d);
    }
    points.candidates = points.anchors;
    check(run_batch(points, cosine).sums[2 * points.n] == 0, "batch of equal points: distance");

    const Case clean = draw({130, 70, 6, Kind::kSelf, 8});
    const BatchResult one = run_batch(clean, cosine, 1);
    for (int threads = 2; threads <= 4; threads++) {
      const BatchResult again = run_batch(clean, cosine, threads);
      check(same_bits(one.sums, again.sums) && same_bits(one.gradient, again.gradient), "bits of a batch");
    }
    const auto all_spoilt = [&](const std::string& what, const Case& bad) {
      const BatchResult result = run_batch(bad, cosine);
      bool good = true;
      for (int64_t k = 0; k < snnl::kSumRows * bad.n; k++) {
        good = good && (k / bad.n == 4 ? result.sums[k] == one.sums[k] : std::isnan(result.sums[k]));
      }
      for (const float value : result.gradient) good = good && std::isnan(value);
      check(good, "batch, all NaN: " + what);
    };
    for (const float temperature : {kNaN, kInfinity, 0.0f, -1.0f}) {
      Case bad = clean;
      bad.temperature = temperature;
      all_spoilt("temperature", bad);
    }
    for (const float value : {kNaN, kInfinity, -kInfinity}) {
      Case bad = clean;
      bad.anchors[57 * bad.d + 7] = value;
      all_spoilt("feature", bad);
    }
  }
  for (const float spread : {1e-12f, 1e-6f, 1e-3f, 1e3f, 1e6f, 1e12f, 1e17f}) {
    expect_batch({220, 12, 6, Kind::kSelf, 12 * spread * spread, spread}, false);
    expect_batch({220, 12, 6, Kind::kSelf, 0.1f, spread}, true);
  }
  for (const float spread : {1e-30f, 1e-20f, 1e30f}) expect_batch({130, 12, 6, Kind::kSelf, 0.1f, spread}, true);
  // Some rows of zeros: at distance 1/2 from all others, 0 from each other, and without a gradient.
  Case zeros = draw({130, 12, 4, Kind::kSelf, 1});
  for (const int64_t i : {0, 3, 77, 129}) std::fill_n(zeros.anchors.begin() + i * zeros.d, zeros.d, 0.0f);
  zeros.candidates = zeros.anchors;
  expect_batch("rows of zeros", zeros, true);
  check(snnl::cpu_batch_residual(513, 8) == 0 && snnl::cpu_batch_residual(0, 8) == 0 &&
            snnl::cpu_batch_residual(8, 0) == 0, "batches that are not small");
}

// What a forward call leaves serves the backward call on the same batch, and no other.
void test_kept_forward(int64_t n) {
  const Case c = draw({n, 70, 6, Kind::kSelf, 8}), other = draw({n, 70, 6, Kind::kSelf, 8}, 5);
  const Upstream u = draw_upstream(c, forward(c));
  const auto expect = [&](const Case& changed, const std::string& what) {
    forward(other);
    const std::vector<float> fresh = backward(changed, u);
    forward(c);
    check(same_bits(fresh, backward(changed, u)), "backward after forward: " + what);
    check(same_bits(fresh, backward(changed, u)), "backward again: " + what);
  };
  expect(c, "the same batch");
  for (const int64_t place : {int64_t{0}, n * c.d - 1}) {
    Case changed = c;
    changed.anchors[place] += 1;
    changed.candidates[place] += 1;
    expect(changed, "a feature changed");
  }
  // Features so large that they are scaled down, left by another layer with the same labels.
  forward(draw({n, 70, 6, Kind::kSelf, 8, 1, 4e19f}));
  const std::vector<float> after_large = backward(c, u);
  forward(other);
  check(same_bits(backward(c, u), after_large), "backward after forward: another batch, scaled");
  Case changed = c;
  changed.anchor_labels[n - 1] += 7;
  changed.candidate_labels = changed.anchor_labels;
  expect(changed, "a label changed");
  changed = c;
  changed.temperature = 3;
  expect(changed, "the temperature changed");
  changed = draw({n - 1, 70, 6, Kind::kSelf, 8});
  const Upstream less = draw_upstream(changed, forward(changed));
  forward(other);
  const std::vector<float> fresh = backward(changed, less);
  forward(c);
  check(same_bits(fresh, backward(changed, less)), "backward after forward: fewer samples");
}

// Several threads call at once, as worker threads of Node do.
void test_callers(int64_t n) {
  constexpr int kCallers = 3;
  std::vector<std::thread> callers;
  std::atomic<int> good{0};
  for (int caller = 0; caller < kCallers; caller++) {
    callers.emplace_back([&, caller] {
      const Case c = draw({n + caller, 70, 6, Kind::kSelf, 8}, 10 + caller);
      const std::vector<float> sums = forward(c, 1);
      const Upstream u = draw_upstream(c, sums);
      const std::vector<float> gradient = backward(c, u, 1);
      bool same = true;
      for (int round = 0; round < 8; round++) {
        same = same && same_bits(sums, forward(c, 1 + round % 4));
        same = same && same_bits(gradient, backward(c, u, 1 + round % 3));
      }
      good += same;
    });
  }
  for (std::thread& caller : callers) caller.join();
  check(good == kCallers, "several callers at once");
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

int main() {
  const char* wanted = std::getenv("SNNL_CPU_ISA");
  const std::string used = snnl::cpu_instruction_set();
  std::printf("instruction set: %s\n", used.c_str());
  if (wanted && used != wanted) std::printf("%s is not available here\n", wanted);
  // "small" leaves out what takes long under a sanitizer, "threads" all but the threads.
  const char* variable = std::getenv("SNNL_TEST");
  const std::string part = variable ? variable : "all";
  compares = part == "all";
  if (part != "threads") {
    test_exponential();
    test_shapes(part == "all");
    test_ranges();
    test_scales();
    test_many_features();
    test_overflow();
    test_foreign_references();
    test_cross(part == "all");
    test_lone_anchors();
    test_equal_points();
    test_bad_inputs();
  }
  test_same_bits(part == "all" ? 1100 : 400);
  test_kept_forward(part == "all" ? 1100 : 500);
  test_batches(part == "all");
  test_callers(part == "all" ? 1100 : 500);
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
