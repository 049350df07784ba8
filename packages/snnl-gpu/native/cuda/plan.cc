#include "plan.h"

#include <algorithm>

namespace snnl::cuda {

namespace {

// Beside the stages of the product: norms and labels of a tile of candidates, and their Upstream.
constexpr int kNormsAndLabels = 2 * kTile, kUpstream = 6 * kTile;

struct Description {
  const char* name;
  int shared_floats;
};
#define SNNL_DESCRIBE(name, constant, blocks, floats, call) {"snnl_" #name, floats},
constexpr Description kernels[] = {SNNL_CUDA_KERNELS(SNNL_DESCRIBE) SNNL_CUDA_TENSOR_KERNELS(SNNL_DESCRIBE)};
#undef SNNL_DESCRIBE

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t a, int64_t b) { return divide_up(a, b) * b; }

// `count` tiles in at most `wanted` equal parts: how many parts, and the tiles of each.
struct Split {
  int64_t parts, tiles;
};
Split split_tiles(int64_t count, int64_t wanted) {
  const int64_t tiles = divide_up(count, std::clamp<int64_t>(wanted, 1, std::min<int64_t>(count, 65535)));
  return {divide_up(count, tiles), tiles};
}

// Hands out pieces of the workspace in turn; from a null pointer it only measures.
class Workspace {
 public:
  explicit Workspace(void* start) : start_(static_cast<char*>(start)) {}
  template <class T>
  void take(T*& piece, int64_t count) {
    piece = start_ == nullptr ? nullptr : reinterpret_cast<T*>(start_ + bytes_);
    bytes_ += static_cast<size_t>(round_up(count * static_cast<int64_t>(sizeof(T)), 256));
  }
  size_t bytes() const { return bytes_; }

 private:
  char* start_;
  size_t bytes_ = 0;
};

// Up to so many features their products are one sum. Beyond, that has levels (product.h), and their
// traffic costs some hundredths of the time.
constexpr int64_t kLongestSum = 4096;

bool is_narrow(const Args& args) { return args.dp <= 64; }

struct Plan {
  Args args{};
  size_t bytes = 0;

  Plan(const DeviceProblem& problem, bool gradient, void* memory, const Limits& limits) {
    static_cast<DeviceProblem&>(args) = problem;
    args.np = round_up(std::max<int64_t>(problem.n, 1), kTile);
    args.mp = round_up(std::max<int64_t>(problem.m, 1), kTile);
    args.dp = round_up(std::max<int64_t>(problem.d, 1), kDepth);
    args.center_rows = std::max<int64_t>(64, divide_up(problem.m, 256));
    args.center_blocks = std::max<int64_t>(1, divide_up(problem.m, args.center_rows));

    Workspace workspace(memory);
    workspace.take(args.spoilt, 1);
    workspace.take(args.center, args.dp);
    workspace.take(args.center_parts, args.center_blocks * args.dp);
    workspace.take(args.center_counts, args.center_blocks);
    place_features(workspace);
    if (gradient) {
      place_gradient(workspace, limits);
    } else {
      const Split split = split_tiles(args.mp / kTile, limits.sums_blocks / (args.np / kTile));
      args.splits = split.parts;
      args.split_tiles = split.tiles;
      workspace.take(args.parts, args.splits * kStates * args.np);
      if (args.dp > kLongestSum) workspace.take(args.levels, args.splits * args.np * kTile);
    }
    bytes = workspace.bytes();
  }

 private:
  // Where the anchors are candidates, rows of a tile beyond the last anchor are whatever candidates
  // or padding follow: a tile's rows do not touch each other.
  void place_features(Workspace& workspace) {
    const bool shared = args.one_batch;
    args.z_rows = shared ? args.mp + kTile : args.mp;
    workspace.take(args.z, args.z_rows * args.dp);
    workspace.take(args.z_norms, args.z_rows);
    if (!shared) {
      workspace.take(args.x, args.np * args.dp);
      workspace.take(args.x_norms, args.np);
    } else if (args.z != nullptr) {
      args.x = args.z + args.self_offset * args.dp;
      args.x_norms = args.z_norms + args.self_offset;
    }
  }

  void place_gradient(Workspace& workspace, const Limits& limits) {
    const auto tiles_within = [](int64_t elements) { return std::max<int64_t>(elements / kTile, 1) * kTile; };
    // Weights and levels of the products that make them share their room.
    const bool levels = args.dp > kLongestSum;
    const int64_t arrays = levels ? 2 : 1;
    args.block_columns = std::min(args.mp, tiles_within(limits.block_columns / arrays));
    args.block_rows = std::min({args.np, tiles_within(limits.weights / arrays / args.block_columns),
                                tiles_within(limits.parts / args.dp), int64_t{65535} * kTile});
    const int64_t feature_tiles = is_narrow(args) ? 1 : divide_up(args.dp, kTile);
    const int64_t blocks = feature_tiles * (args.block_rows / kTile);
    const Split split = split_tiles(args.block_columns / kTile, limits.gradient_blocks / blocks);
    args.splits = split.parts;
    args.split_tiles = split.tiles;
    workspace.take(args.weights, args.block_rows * args.block_columns);
    if (levels) workspace.take(args.levels, args.block_rows * args.block_columns);
    workspace.take(args.weight_sums, args.mp / kTile * args.block_rows);
    workspace.take(args.parts, args.splits * args.block_rows * args.dp);
  }
};

// Launches one kernel after the other until one fails.
class Sequence {
 public:
  explicit Sequence(const Launcher& launch) : launch_(launch) {}
  void run(Kernel kernel, const Args& args, int64_t x, int64_t y = 1, int64_t z = 1) {
    if (!error_.empty()) return;
    error_ = launch_({kernel, static_cast<unsigned>(x), static_cast<unsigned>(y), static_cast<unsigned>(z), args});
  }
  const std::string& error() const { return error_; }

 private:
  const Launcher& launch_;
  std::string error_;
};

void center(Sequence& sequence, const Args& args) {
  constexpr int kWarps = kThreads / 32;
  sequence.run(Kernel::kMeanParts, args, divide_up(args.dp, 32), args.center_blocks);
  sequence.run(Kernel::kMean, args, divide_up(args.dp, kThreads));
  sequence.run(Kernel::kCenterCandidates, args, divide_up(args.z_rows, kWarps));
  if (!args.one_batch) sequence.run(Kernel::kCenterAnchors, args, divide_up(args.np, kWarps));
}

}  // namespace

const char* kernel_name(Kernel kernel) { return kernels[static_cast<int>(kernel)].name; }

size_t shared_bytes(Kernel kernel) {
  return static_cast<size_t>(kernels[static_cast<int>(kernel)].shared_floats) * sizeof(float);
}

size_t workspace_bytes(const DeviceProblem& problem, bool gradient, const Limits& limits) {
  return Plan(problem, gradient, nullptr, limits).bytes;
}

std::string run_log_sums(const DeviceProblem& problem, float* out, void* workspace, bool tensor,
                         const Launcher& launch, const Limits& limits) {
  if (problem.n == 0) return "";
  Args args = Plan(problem, false, workspace, limits).args;
  args.out = out;
  Sequence sequence(launch);
  center(sequence, args);
  sequence.run(tensor ? Kernel::kSumsTensor : Kernel::kSumsFp32, args, args.np / kTile, args.splits);
  sequence.run(Kernel::kCombine, args, divide_up(args.n, kThreads));
  return sequence.error();
}

std::string run_log_sums_grad(const DeviceProblem& problem, const float* anchor_sums, const float* candidate_sums,
                              float* grad, void* workspace, bool tensor, const Launcher& launch,
                              const Limits& limits) {
  if (problem.n == 0 || problem.d == 0) return "";
  Args args = Plan(problem, true, workspace, limits).args;
  args.anchor_sums = anchor_sums;
  args.candidate_sums = candidate_sums;
  args.out = grad;
  const bool narrow = is_narrow(args);
  const Kernel weigh = tensor ? Kernel::kWeighTensor : Kernel::kWeighFp32;
  const Kernel multiply = narrow ? (tensor ? Kernel::kWeighCandidatesNarrowTensor : Kernel::kWeighCandidatesNarrowFp32)
                                 : (tensor ? Kernel::kWeighCandidatesTensor : Kernel::kWeighCandidatesFp32);
  Sequence sequence(launch);
  center(sequence, args);
  for (args.row0 = 0; args.row0 < args.n; args.row0 += args.block_rows) {
    const int64_t rows = std::min(args.block_rows, args.np - args.row0);
    for (args.column0 = 0; args.column0 < args.mp; args.column0 += args.block_columns) {
      args.columns = std::min(args.block_columns, args.mp - args.column0);
      args.add = args.column0 > 0;
      sequence.run(weigh, args, args.columns / kTile, rows / kTile);
      sequence.run(multiply, args, narrow ? 1 : divide_up(args.dp, kTile), rows / kTile, args.splits);
    }
    sequence.run(Kernel::kGradient, args, std::min(rows, args.n - args.row0));
    if (!sequence.error().empty()) break;
  }
  return sequence.error();
}

}  // namespace snnl::cuda
