// One call of the launch plan on the emulator: reads a problem from standard input, writes the
// result to standard output. Format: see emulator.ts beside it.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "emulator.h"

using snnl::cuda::DeviceProblem;
using snnl::cuda::Limits;

namespace {

struct Header {
  int64_t gradient, n, m, d, self_offset, tensor, order, small_limits, one_tensor;
};

template <class T>
std::vector<T> read(int64_t count) {
  std::vector<T> values(static_cast<size_t>(count));
  if (std::fread(values.data(), sizeof(T), values.size(), stdin) != values.size()) {
    std::fprintf(stderr, "Expected %lld more numbers on standard input.\n", static_cast<long long>(count));
    std::exit(2);
  }
  return values;
}

}  // namespace

int main() {
  const Header header = read<Header>(1)[0];
  const int64_t n = header.n, m = header.m, d = header.d;
  const std::vector<float> anchors = read<float>(n * d), candidates = read<float>(m * d);
  const std::vector<int32_t> anchor_labels = read<int32_t>(n), candidate_labels = read<int32_t>(m);
  const std::vector<float> temperature = read<float>(1);
  const bool gradient = header.gradient != 0;
  const std::vector<float> anchor_sums = read<float>(gradient ? 4 * n : 0);
  const std::vector<float> candidate_sums = read<float>(gradient ? 4 * m : 0);

  const DeviceProblem problem = {header.one_tensor ? candidates.data() : anchors.data(),
                                 candidates.data(),
                                 anchor_labels.data(),
                                 candidate_labels.data(),
                                 temperature.data(),
                                 n,
                                 m,
                                 d,
                                 header.self_offset};
  Limits limits;
  if (header.small_limits) limits = {3, 3, 2 * 128 * 128, 128 * 128, 128};
  // Filled with NaN, so that nothing that was not written counts.
  const size_t bytes = snnl::cuda::workspace_bytes(problem, gradient, limits);
  char* workspace = static_cast<char*>(std::aligned_alloc(256, bytes));
  std::fill(workspace, workspace + bytes, static_cast<char>(0xff));
  std::vector<float> result(static_cast<size_t>(gradient ? n * d : 5 * n), -1);

  const auto launch = [&](const snnl::cuda::Launch& one) {
    return emulator::launch(one, static_cast<emulator::Order>(header.order));
  };
  const std::string error =
      gradient ? run_log_sums_grad(problem, anchor_sums.data(), candidate_sums.data(), result.data(), workspace,
                                   header.tensor != 0, launch, limits)
               : run_log_sums(problem, result.data(), workspace, header.tensor != 0, launch, limits);
  std::free(workspace);
  if (!error.empty()) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  return std::fwrite(result.data(), sizeof(float), result.size(), stdout) == result.size() ? 0 : 3;
}
