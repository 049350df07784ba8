// The operation, its gradient, and the operation on two sets at once.
#include "device.h"
#include "inputs.h"
#include "op.h"

namespace snnl {
namespace {

constexpr char kSelfOffset[] = "selfOffset", kOneBatch[] = "oneBatch";
const std::vector<const char*> kAttributes = {"selfOffset: int = -1", "oneBatch: int = 0"};

enum class Kind { kSums, kGradient, kCrossSums };

template <Kind kind, Runner run>
void compute(void* state, TF_OpKernelContext* context) {
  constexpr bool gradient = kind == Kind::kGradient;
  compute_with_status(context, [&](const Status& status) {
    const int64_t self_offset = kind == Kind::kCrossSums ? -1 : value_of(state, 0);
    const bool one_batch = kind != Kind::kCrossSums && value_of(state, 1) != 0;
    const Inputs inputs(context, gradient ? 7 : 5, status);
    if (!status.ok()) return;
    const std::string mismatch = inputs.mismatch(self_offset, one_batch);
    if (!mismatch.empty()) return status.set(kInvalidArgument, mismatch);
    const Problem problem = inputs.problem(self_offset, one_batch);
    const int64_t rows = gradient ? problem.n : kSumRows;
    const int64_t columns =
        gradient ? problem.d : kind == Kind::kCrossSums ? problem.n + problem.m : problem.n;
    const Tensor output = allocate_output(context, {rows, columns}, status);
    if (status.ok() && rows * columns > 0) run({context, inputs, problem, output.floats(), gradient}, status);
  });
}

// [9, N]
void log_sums_shape(TF_ShapeInferenceContext* context, TF_Status* status) {
  set_rows_of_axis(context, kSumRows, 0, 0, status);
}

// [N, D]
void log_sums_grad_shape(TF_ShapeInferenceContext* context, TF_Status* status) {
  set_shape_of_input(context, 0, status);
}

const std::vector<const char*> kInputs = {"anchors: float", "candidates: float", "anchor_labels: int32",
                                          "candidate_labels: int32", "temperature: float"};

std::vector<const char*> inputs_of_gradient() {
  std::vector<const char*> inputs = kInputs;
  inputs.push_back("anchor_sums: float");
  inputs.push_back("candidate_sums: float");
  return inputs;
}

}  // namespace

const Op kLogSums = {"SnnlNeighborLogSums", kInputs, {"sums: float"}, kAttributes, log_sums_shape,
                     attribute_state<kSelfOffset, kOneBatch>, compute<Kind::kSums, run_on_cpu>,
                     compute<Kind::kSums, run_on_gpu>};

const Op kLogSumsGrad = {"SnnlNeighborLogSumsGrad", inputs_of_gradient(), {"anchors_grad: float"},
                         kAttributes, log_sums_grad_shape, attribute_state<kSelfOffset, kOneBatch>,
                         compute<Kind::kGradient, run_on_cpu>, compute<Kind::kGradient, run_on_gpu>};

// Its output is [9, N + M]: the C API cannot add.
const Op kCrossLogSums = {"SnnlCrossLogSums", kInputs, {"sums: float"}, {}, set_unknown_shapes, nullptr,
                          compute<Kind::kCrossSums, run_cross_on_cpu>, nullptr};

}  // namespace snnl
