// Two sets that share no sample: both sides at once.
#include "tests.h"

namespace {

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
    check(same_bits(both, again), "bits of cross sums");
  }
}

}  // namespace

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
