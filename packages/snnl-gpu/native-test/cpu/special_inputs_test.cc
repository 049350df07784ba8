// Few samples, equal ones, and such as are not finite.
#include "tests.h"

namespace {

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

// What stands in a sample without a label is not looked at: the others give the bits that they give alone.
void test_missing_labels() {
  for (const Kind kind : {Kind::kSelf, Kind::kDisjoint}) {
    const Case whole = draw({110, 19, 4, kind, 8});
    Case holed = whole, alone = whole;
    alone.n = alone.m = 0;
    for (std::vector<float>* features : {&alone.anchors, &alone.candidates}) features->clear();
    for (std::vector<int32_t>* labels : {&alone.anchor_labels, &alone.candidate_labels}) labels->clear();
    const auto has_label = [](int64_t row) { return row % 3 == 1; };
    const auto thin = [&](std::vector<float>& features, std::vector<int32_t>& labels, std::vector<float>& left,
                          std::vector<int32_t>& left_labels) {
      for (int64_t row = 0; row < static_cast<int64_t>(labels.size()); row++) {
        const auto first = features.begin() + row * whole.d;
        if (has_label(row)) {
          left.insert(left.end(), first, first + whole.d);
          left_labels.push_back(labels[row]);
        } else {
          std::fill(first, first + whole.d, kNaN);
          labels[row] = snnl::kMissingLabel;
        }
      }
      return static_cast<int64_t>(left_labels.size());
    };
    alone.n = thin(holed.anchors, holed.anchor_labels, alone.anchors, alone.anchor_labels);
    alone.m = thin(holed.candidates, holed.candidate_labels, alone.candidates, alone.candidate_labels);
    const std::vector<float> sums = forward(holed), of_alone = forward(alone);
    const Upstream upstream = draw_upstream(alone, of_alone);
    Upstream spread{std::vector<float>(snnl::kReferenceRows * holed.n, 0.0f),
                    std::vector<float>(snnl::kReferenceRows * holed.m, 0.0f)};
    bool same = true;
    int64_t at = 0;
    for (int64_t i = 0; i < holed.n; i++) {
      for (int row = 0; row < snnl::kSumRows; row++) {
        same = same && sums[row * holed.n + i] == (has_label(i) ? of_alone[row * alone.n + at] : 0);
      }
      for (int row = 0; has_label(i) && row < snnl::kReferenceRows; row++) {
        spread.anchors[row * holed.n + i] = upstream.anchors[row * alone.n + at];
        if (kind == Kind::kSelf) spread.candidates[row * holed.m + i] = upstream.candidates[row * alone.m + at];
      }
      at += has_label(i);
    }
    check(same, std::string("sums without labels, ") + name_of(kind));
    const std::vector<float> gradient = backward(holed, spread), of_gradient = backward(alone, upstream);
    same = true;
    at = 0;
    for (int64_t i = 0; i < holed.n; i++) {
      for (int64_t k = 0; k < holed.d; k++) {
        same = same && gradient[i * holed.d + k] == (has_label(i) ? of_gradient[at * holed.d + k] : 0);
      }
      at += has_label(i);
    }
    check(same, std::string("gradient without labels, ") + name_of(kind));
  }
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

}  // namespace

void test_special_inputs() {
  test_lone_anchors();
  test_equal_points();
  test_missing_labels();
  test_bad_inputs();
}
