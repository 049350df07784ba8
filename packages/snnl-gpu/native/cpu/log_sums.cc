// Plain form of the two kernels: float64 sums, each anchor's row owned by one thread.
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <thread>
#include <vector>

#include "../kernel_api.h"

namespace snnl {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

double squared_distance(const float* x, const float* z, int64_t d) {
  double sum = 0;
  for (int64_t k = 0; k < d; k++) {
    const double difference = static_cast<double>(x[k]) - z[k];
    sum += difference * difference;
  }
  return sum;
}

// Mean candidate (equation 8), against which overflow of squared norms is judged.
std::vector<double> center_of(const Problem& p) {
  std::vector<double> center(p.d, 0.0);
  for (int64_t j = 0; j < p.m; j++) {
    for (int64_t k = 0; k < p.d; k++) center[k] += p.candidates[j * p.d + k];
  }
  if (p.m > 0) {
    for (double& c : center) c /= p.m;
  }
  return center;
}

bool is_usable_row(const float* x, const std::vector<double>& center) {
  double sum = 0;
  for (size_t k = 0; k < center.size(); k++) sum += (x[k] - center[k]) * (x[k] - center[k]);
  return sum <= std::numeric_limits<float>::max();
}

bool spoils_all(const Problem& p, const std::vector<double>& center) {
  if (!std::isfinite(p.temperature) || p.temperature <= 0) return true;
  for (int64_t j = 0; j < p.m; j++) {
    if (!is_usable_row(p.candidates + j * p.d, center)) return true;
  }
  return false;
}

struct LogSum {
  double most = kNone, sum = 0, weighted = 0;
  void add(double s, double distance) {
    if (s > most) {
      const double factor = most == kNone ? 0 : std::exp(most - s);
      sum *= factor;
      weighted *= factor;
      most = s;
    }
    const double e = std::exp(s - most);
    sum += e;
    weighted += e * distance;
  }
  float value() const { return sum == 0 ? 0 : static_cast<float>(most + std::log(sum)); }
  float mean() const { return sum == 0 ? 0 : static_cast<float>(weighted / sum); }
};

void log_sums_of_row(const Problem& p, bool spoilt, int64_t i, float* out) {
  const float* x = p.anchors + i * p.d;
  LogSum all, same;
  int64_t count = 0;
  for (int64_t j = 0; j < p.m; j++) {
    if (p.self_offset >= 0 && j == p.self_offset + i) continue;
    const bool is_same = p.candidate_labels[j] == p.anchor_labels[i];
    count += is_same;
    if (spoilt) continue;
    const double distance = squared_distance(x, p.candidates + j * p.d, p.d);
    all.add(-distance / p.temperature, distance);
    if (is_same) same.add(-distance / p.temperature, distance);
  }
  out[i] = spoilt ? kNaN : all.value();
  out[p.n + i] = spoilt ? kNaN : same.value();
  out[2 * p.n + i] = spoilt ? kNaN : all.mean();
  out[3 * p.n + i] = spoilt ? kNaN : same.mean();
  out[4 * p.n + i] = static_cast<float>(count);
}

// a p + b q of equation 5 with the sums of sample k.
double weight(const float* sums, int64_t count, int64_t k, double s, bool same) {
  const double a = sums[2 * count + k], b = sums[3 * count + k];
  double w = a == 0 ? 0 : a * std::exp(s - sums[k]);
  if (same && b != 0) w += b * std::exp(s - sums[count + k]);
  return w;
}

bool is_finite_entry(const float* sums, int64_t count, int64_t k) {
  for (int row = 0; row < 4; row++) {
    if (!std::isfinite(sums[row * count + k])) return false;
  }
  return true;
}

void gradient_of_row(const Problem& p, const float* anchor_sums, const float* candidate_sums,
                     bool spoilt, int64_t i, double* row, float* out) {
  const float* x = p.anchors + i * p.d;
  for (int64_t k = 0; k < p.d; k++) row[k] = 0;
  for (int64_t j = 0; j < p.m && !spoilt; j++) {
    if (p.self_offset >= 0 && j == p.self_offset + i) continue;
    const float* z = p.candidates + j * p.d;
    const double s = -squared_distance(x, z, p.d) / p.temperature;
    const bool same = p.candidate_labels[j] == p.anchor_labels[i];
    const double g = -(weight(anchor_sums, p.n, i, s, same) +
                       weight(candidate_sums, p.m, j, s, same)) / p.temperature;
    for (int64_t k = 0; k < p.d; k++) row[k] += 2 * g * (static_cast<double>(x[k]) - z[k]);
  }
  for (int64_t k = 0; k < p.d; k++) out[k] = spoilt ? kNaN : static_cast<float>(row[k]);
}

// Calls run(first, last) for parts of [0, count) on `threads` threads. Fewer where none can start.
template <class Run>
void in_parallel(int64_t count, int threads, const Run& run) {
  std::vector<std::thread> helpers;
  int64_t first = 0;
  for (int t = 0; t + 1 < threads; t++) {
    const int64_t last = count * (t + 1) / threads;
    try {
      helpers.emplace_back(run, first, last);
    } catch (...) {
      run(first, last);
    }
    first = last;
  }
  run(first, count);
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace

bool cpu_log_sums(const Problem& p, float* out, int threads) {
  try {
    const std::vector<double> center = center_of(p);
    const bool spoilt = spoils_all(p, center);
    in_parallel(p.n, threads, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; i++) {
        log_sums_of_row(p, spoilt || !is_usable_row(p.anchors + i * p.d, center), i, out);
      }
    });
    return true;
  } catch (...) {
    return false;
  }
}

bool cpu_log_sums_grad(const Problem& p, const float* anchor_sums, const float* candidate_sums,
                       float* grad, int threads) {
  try {
    const std::vector<double> center = center_of(p);
    bool spoilt = spoils_all(p, center);
    for (int64_t j = 0; j < p.m; j++) spoilt = spoilt || !is_finite_entry(candidate_sums, p.m, j);
    in_parallel(p.n, threads, [&](int64_t first, int64_t last) {
      std::vector<double> row(p.d);
      for (int64_t i = first; i < last; i++) {
        gradient_of_row(p, anchor_sums, candidate_sums,
                        spoilt || !is_usable_row(p.anchors + i * p.d, center) ||
                            !is_finite_entry(anchor_sums, p.n, i),
                        i, row.data(), grad + i * p.d);
      }
    });
    return true;
  } catch (...) {
    return false;
  }
}

const char* cpu_instruction_set() { return "portable"; }

}  // namespace snnl
