// What becomes of the sums of a row: log-sums, mean distances and references, in float64.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernel_api.h"
#include "layout.h"

namespace snnl {

// Sum of exp((nearest - d) / T) over some pairs of a row, and the same weighted by d.
struct SoftSum {
  double nearest = 0, sum = 0, weighted = 0;

  SoftSum() = default;
  SoftSum(const Sums& sums, int64_t at, double unscale) {
    if (sums.sum[at] == 0) return;
    nearest = 2 * unscale * sums.least[at];
    sum = sums.sum[at];
    weighted = 2 * unscale * sums.weighted[at];
  }

  SoftSum joined(const SoftSum& other, double temperature) const {
    if (other.sum == 0) return *this;
    if (sum == 0) return other;
    SoftSum all;
    all.nearest = std::min(nearest, other.nearest);
    for (const SoftSum* part : {this, &other}) {
      const double factor = std::exp((all.nearest - part->nearest) / temperature);
      all.sum += factor * part->sum;
      all.weighted += factor * part->weighted;
    }
    return all;
  }
};

// Rows of the output, [kSumRows, width]; this is the column of one row of a set.
class Column {
 public:
  Column(float* out, int64_t width) : out_(out), width_(width) {}
  void fill(float value) const {
    for (int row = 0; row < kSumRows; row++) out_[row * width_] = value;
  }
  void set_count(float count) const { out_[4 * width_] = count; }
  // NaN but for the count.
  void spoil(float count) const {
    fill(std::numeric_limits<float>::quiet_NaN());
    set_count(count);
  }
  // From pairs of different class and of the same, of row `at` of a set.
  void set(const Set& set, int64_t at, double unscale, double temperature) const {
    const SoftSum different(set.sums[0], at, unscale), same(set.sums[1], at, unscale);
    put(0, different.joined(same, temperature), temperature);
    put(1, same, temperature);
  }

 private:
  // kind 0: of all; 1: of the class.
  void put(int kind, const SoftSum& sum, double temperature) const {
    if (sum.sum == 0) return;
    // Not below 0, where rounding would put it.
    const double relative = std::max(std::log(sum.sum), 0.0);
    const float nearest = distance(sum.nearest);
    out_[kind * width_] = std::isnan(nearest) ? nearest : static_cast<float>(relative - sum.nearest / temperature);
    out_[(2 + kind) * width_] = distance(sum.weighted / sum.sum);
    out_[(5 + 2 * kind) * width_] = nearest;
    out_[(6 + 2 * kind) * width_] = static_cast<float>(relative);
  }

  // NaN for a distance that float32 cannot hold.
  static float distance(double value) {
    return value <= std::numeric_limits<float>::max() ? static_cast<float>(value)
                                                      : std::numeric_limits<float>::quiet_NaN();
  }

  float* out_;
  int64_t width_;
};

}  // namespace snnl
