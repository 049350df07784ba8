// One call of the kernels on the emulator: reads a problem from standard input, writes the result
// to standard output. emulator.ts beside it is the other end.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "cuda/launcher.h"
#include "emulator.h"

using namespace snnl::cuda;

namespace {

struct Header {
  int64_t gradient, n, m, d, self_offset, one_batch;
  int64_t one_tensor;  // whether anchors and candidates are to have one address
  int64_t path;        // as `Path`
  // -1: through the launcher and the emulated driver. Else `emulator::Order`: the plan directly, cut
  // small, with the threads of a block in this order.
  int64_t order;
};

// On the heap and of exactly its size, so that a sanitizer sees what is read beyond.
template <class T>
std::vector<T> read(int64_t count) {
  std::vector<T> values(static_cast<size_t>(count));
  if (std::fread(values.data(), sizeof(T), values.size(), stdin) != values.size()) {
    std::fprintf(stderr, "Expected %lld more numbers on standard input.\n", static_cast<long long>(count));
    std::exit(2);
  }
  return values;
}

// Filled with NaN, so that nothing that was not written counts.
void* workspace_of(size_t bytes) {
  char* workspace = static_cast<char*>(std::aligned_alloc(256, bytes));
  std::fill(workspace, workspace + bytes, static_cast<char>(0xff));
  return workspace;
}

}  // namespace

int main() {
  const Header header = read<Header>(1)[0];
  const int64_t n = header.n, m = header.m, d = header.d;
  const bool gradient = header.gradient != 0;
  const std::vector<float> anchors = read<float>(n * d), candidates = read<float>(m * d);
  const std::vector<int32_t> anchor_labels = read<int32_t>(n), candidate_labels = read<int32_t>(m);
  const std::vector<float> temperature = read<float>(1);
  const std::vector<float> anchor_sums = read<float>(gradient ? 6 * n : 0);
  const std::vector<float> candidate_sums = read<float>(gradient ? 6 * m : 0);
  std::vector<float> result(static_cast<size_t>(gradient ? n * d : 9 * n), -1);

  const DeviceProblem problem = {header.one_tensor ? candidates.data() : anchors.data(),
                                 candidates.data(),
                                 anchor_labels.data(),
                                 candidate_labels.data(),
                                 temperature.data(),
                                 n,
                                 m,
                                 d,
                                 header.self_offset,
                                 header.one_batch};
  const Path path = static_cast<Path>(header.path);
  std::string error;
  if (header.order < 0) {
    Run run;
    run.path = path;
    void* workspace = workspace_of(gradient ? log_sums_grad_workspace(problem) : log_sums_workspace(problem));
    error = gradient ? log_sums_grad(problem, anchor_sums.data(), candidate_sums.data(), result.data(), workspace, run)
                     : log_sums(problem, result.data(), workspace, run);
    std::free(workspace);
  } else {
    const Limits limits = {3, 2, 3 * kTile * kTile, kTile * kTile, 3 * kTile};
    const bool tensor = path == Path::kTensor;
    const auto launch = [&](const Launch& one) {
      return emulator::launch(one, static_cast<emulator::Order>(header.order));
    };
    void* workspace = workspace_of(workspace_bytes(problem, gradient, limits));
    error = gradient ? run_log_sums_grad(problem, anchor_sums.data(), candidate_sums.data(), result.data(), workspace,
                                         tensor, launch, limits)
                     : run_log_sums(problem, result.data(), workspace, tensor, launch, limits);
    std::free(workspace);
  }
  if (!error.empty()) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  return std::fwrite(result.data(), sizeof(float), result.size(), stdout) == result.size() ? 0 : 3;
}
