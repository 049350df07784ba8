// A small batch against itself.
#include "tests.h"

namespace {

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

}  // namespace

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
