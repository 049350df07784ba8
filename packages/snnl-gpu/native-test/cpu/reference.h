// The two kernels in float64, with what a careful float32 kernel may be off by.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "cpu/kernel_api.h"

struct Case {
  std::vector<float> anchors, candidates;
  std::vector<int32_t> anchor_labels, candidate_labels;
  float temperature = 1;
  int64_t n = 0, m = 0, d = 0, self_offset = -1;
  bool shared = false;     // candidates are the anchors, the same memory
  bool one_batch = false;  // the anchors are said to be candidates

  snnl::Problem problem() const {
    return {anchors.data(), shared ? anchors.data() : candidates.data(), anchor_labels.data(),
            shared ? anchor_labels.data() : candidate_labels.data(), temperature, n, m, d,
            self_offset, one_batch};
  }
};

// Values and the bounds of their error.
struct Bounded {
  std::vector<double> value, bound;
  explicit Bounded(size_t size) : value(size, 0), bound(size, 0) {}
};

class Reference {
 public:
  explicit Reference(const Case& c) : Reference(c, c) {}
  // For a kernel that centres by the candidates of `centered`.
  Reference(const Case& c, const Case& centered) : p_(c.problem()), center_(p_.d, 0.0) {
    const snnl::Problem by = centered.problem();
    for (int64_t j = 0; j < by.m; j++) {
      for (int64_t k = 0; k < p_.d; k++) center_[k] += by.candidates[j * p_.d + k] / double(by.m);
    }
    double square = 0;
    for (const double c : center_) square += c * c;
    of_center_ = kUnit * (4 + 2 * std::sqrt(double(by.m))) * std::sqrt(square);
    for (int64_t i = 0; i < p_.n; i++) anchor_norms_.push_back(norm(p_.anchors + i * p_.d));
    for (int64_t j = 0; j < p_.m; j++) candidate_norms_.push_back(norm(p_.candidates + j * p_.d));
  }

  // [9, n]
  Bounded sums() const {
    const int64_t n = p_.n;
    Bounded out(snnl::kSumRows * n);
    for (int64_t i = 0; i < n; i++) {
      for (int same = 0; same < 2; same++) row(i, same, out);
    }
    return out;
  }

  // [n, d]; bounds [n], each of the norm of a row.
  Bounded gradient(const float* anchor_sums, const float* candidate_sums) const {
    Bounded out(p_.n * p_.d);
    out.bound.assign(p_.n, 0);
    const double of_sum = kUnit * (16 + 2 * std::sqrt(double(p_.m)));
    for (int64_t i = 0; i < p_.n; i++) {
      for (int64_t j = 0; j < p_.m; j++) {
        if (excluded(i, j)) continue;
        const double h = distance(i, j), error = 2 * uncertainty(i, j);
        const double reach = anchor_norms_[i] + candidate_norms_[j];
        double G = 0;
        const auto add = [&](const float* sums, int64_t count, int64_t k) {
          for (int same = 0; same < 2; same++) {
            const double upstream = sums[(4 + same) * count + k];
            if (upstream == 0 || (same && !is_same(i, j))) continue;
            const double nearest = sums[2 * same * count + k], relative = sums[(2 * same + 1) * count + k];
            const double log_weight = std::min((nearest - h) / p_.temperature - relative, 0.0);
            const double weight = std::exp(log_weight);
            const double of_exponent = error + kUnit * (16 + 8 * std::fabs(log_weight));
            // A weight is off by 1 at most.
            const double of_weight = std::min(std::exp(log_weight + of_exponent) - weight, 1.0);
            G -= upstream * weight / p_.temperature;
            out.bound[i] += 2 / p_.temperature * std::fabs(upstream) *
                            (of_weight * std::sqrt(h) + (weight + of_weight) * of_sum * reach);
          }
        };
        add(anchor_sums, p_.n, i);
        add(candidate_sums, p_.m, j);
        for (int64_t k = 0; k < p_.d; k++) {
          out.value[i * p_.d + k] +=
              2 * G * (double(p_.anchors[i * p_.d + k]) - p_.candidates[j * p_.d + k]);
        }
      }
    }
    return out;
  }

 private:
  static constexpr double kUnit = 0x1p-24;

  double norm(const float* x) const {
    double square = 0;
    for (int64_t k = 0; k < p_.d; k++) square += (x[k] - center_[k]) * (x[k] - center_[k]);
    return std::sqrt(square) + of_center_;
  }
  bool excluded(int64_t i, int64_t j) const {
    return p_.self_offset >= 0 && j == p_.self_offset + i;
  }
  bool is_same(int64_t i, int64_t j) const {
    return p_.anchor_labels[i] == p_.candidate_labels[j];
  }
  double distance(int64_t i, int64_t j) const {
    double sum = 0;
    for (int64_t k = 0; k < p_.d; k++) {
      const double difference = double(p_.anchors[i * p_.d + k]) - p_.candidates[j * p_.d + k];
      sum += difference * difference;
    }
    return sum;
  }
  // Of s_ij: rounding leaves |x|^2 + |z|^2 - 2 x.z uncertain by (8 + 2 sqrt(D)) u (|x|^2 + |z|^2).
  double uncertainty(int64_t i, int64_t j) const {
    const double squares =
        anchor_norms_[i] * anchor_norms_[i] + candidate_norms_[j] * candidate_norms_[j];
    return (8 + 2 * std::sqrt(double(p_.d))) * kUnit * squares / p_.temperature;
  }
  void row(int64_t i, int same, Bounded& out) const {
    std::vector<double> distances, errors;
    for (int64_t j = 0; j < p_.m; j++) {
      if (excluded(i, j) || (same && !is_same(i, j))) continue;
      distances.push_back(distance(i, j));
      errors.push_back(uncertainty(i, j));
    }
    if (same) out.value[4 * p_.n + i] = double(distances.size());
    if (distances.empty()) return;
    double most = -std::numeric_limits<double>::infinity(), total = 0, mean = 0;
    for (const double h : distances) most = std::max(most, -h / p_.temperature);
    for (const double h : distances) total += std::exp(-h / p_.temperature - most);
    const double log_sum = most + std::log(total);
    for (const double h : distances) mean += h * std::exp(-h / p_.temperature - log_sum);
    double of_log = 0, of_mean = 0;
    for (size_t k = 0; k < distances.size(); k++) {
      const double log_weight = -distances[k] / p_.temperature - log_sum;
      const double weight = std::exp(log_weight);
      const double growth =
          weight * std::expm1(errors[k] + kUnit * (6 + 4 * std::fabs(log_weight)));
      of_log += growth;
      of_mean += weight * errors[k] * p_.temperature + growth * std::fabs(distances[k] - mean);
    }
    const double of_sum = kUnit * (16 + 2 * std::sqrt(double(distances.size())));
    const double nearest = -most * p_.temperature;
    double upper = std::numeric_limits<double>::infinity(), lower = nearest;
    for (size_t k = 0; k < distances.size(); k++) {
      const double error = errors[k] * p_.temperature;
      if (distances[k] == nearest) upper = std::min(upper, nearest + error);
      lower = std::min(lower, distances[k] - error);
    }
    const double of_nearest = std::max(upper - nearest, nearest - lower) + kUnit * nearest;
    out.value[(5 + 2 * same) * p_.n + i] = nearest;
    out.bound[(5 + 2 * same) * p_.n + i] = of_nearest;
    out.value[(6 + 2 * same) * p_.n + i] = std::log(total);
    out.bound[(6 + 2 * same) * p_.n + i] = of_log + of_sum + of_nearest / p_.temperature;
    out.value[same * p_.n + i] = log_sum;
    out.bound[same * p_.n + i] = of_log + of_sum + 2 * kUnit * std::fabs(log_sum);
    out.value[(2 + same) * p_.n + i] = mean;
    out.bound[(2 + same) * p_.n + i] = of_mean + 2 * of_sum * mean;
  }

  snnl::Problem p_;
  std::vector<double> center_, anchor_norms_, candidate_norms_;
  double of_center_;
};
