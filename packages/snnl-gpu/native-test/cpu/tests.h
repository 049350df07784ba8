// What the tests share: their list, and how a check is counted.
#pragma once
#include <cstdio>
#include <cstring>
#include <string>

#include "cases.h"

// `large`: with the shapes that take long under a sanitizer. `n`: samples of the largest batch.
void test_kernels(bool large);
void test_cross(bool large);
void test_batches(bool large);
void test_special_inputs();
void test_same_bits(int64_t n);
void test_kept_forward(int64_t n);
void test_callers(int64_t n);

inline int passed = 0, failed = 0;

// Prints a check that fails.
inline void check(bool good, const std::string& what) {
  (good ? passed : failed)++;
  if (!good) std::printf("FAILED: %s\n", what.c_str());
}

// Whether results are compared with float64. Not under a sanitizer, where the reference would take most
// of the time: it looks at memory and threads, and the same problems are compared without it.
inline bool compares = true;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

inline void expect_sums(const std::string& what, const std::vector<float>& sums, const Bounded& want) {
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

inline void expect_no_nan(const std::string& what, const std::vector<float>& values) {
  check(std::none_of(values.begin(), values.end(), [](float x) { return std::isnan(x); }), what + ": NaN");
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && !std::memcmp(a.data(), b.data(), sizeof(float) * a.size());
}
