// The loss of a batch against itself and its gradient, from features to loss in one op each: in a training
// step each op more, and each pass over the features, costs as much as the work itself. On the CPU only.
#include <algorithm>
#include <vector>

#include "cpu/labelled.h"
#include "op.h"
#include "threads.h"

namespace snnl {
namespace {

constexpr char kCosine[] = "cosine", kMean[] = "mean";
const std::vector<const char*> kAttributes = {"cosine: int = 0", "mean: int = 0"};

// features [n, d], labels [n], temperature []; for the gradient sums [9, n], residual and dy [] too.
class BatchInputs {
 public:
  BatchInputs(TF_OpKernelContext* context, int count, const Status& status) : count_(count) {
    get_inputs(context, tensors_, count, status);
  }

  // Empty, or what was expected and what came.
  std::string mismatch() const {
    if (features().rank() != 2) return expected("features", "[n, d]", features());
    const std::string rows = std::to_string(n());
    if (tensors_[1].shape() != "[" + rows + "]") return expected("labels", "[" + rows + "]", tensors_[1]);
    if (tensors_[2].rank() != 0) return expected("temperature", "[]", tensors_[2]);
    if (count_ == 3) return "";
    const std::string sums_shape = "[" + std::to_string(kSumRows) + ", " + rows + "]";
    if (tensors_[3].shape() != sums_shape) return expected("sums", sums_shape, tensors_[3]);
    return tensors_[5].rank() == 0 ? "" : expected("dy", "[]", tensors_[5]);
  }

  // Empty where the residual is that of such a batch.
  std::string mismatch_of_residual(int64_t size) const {
    const std::string wanted = "[" + std::to_string(size) + "]";
    if (tensors_[4].shape() != wanted) return expected("residual", wanted, tensors_[4]);
    if (reinterpret_cast<uintptr_t>(residual()) % 64 == 0) return "";
    return "Expected residual to be the output of SnnlBatchLoss as it is, but got a part of another tensor.";
  }

  Batch batch(bool cosine) const {
    return {features().floats(), tensors_[1].labels(), *tensors_[2].floats(), n(), d(), cosine};
  }
  int64_t n() const { return features().dim(0); }
  int64_t d() const { return features().dim(1); }
  const float* sums() const { return tensors_[3].floats(); }
  const float* residual() const { return tensors_[4].floats(); }
  double dy() const { return *tensors_[5].floats(); }

 private:
  const Tensor& features() const { return tensors_[0]; }
  std::string expected(const char* name, const std::string& wanted, const Tensor& got) const {
    return std::string("Expected ") + name + " to have shape " + wanted + " beside features of shape " +
           features().shape() + ", but got " + got.shape() + ".";
  }

  const int count_;
  Tensor tensors_[6];
};

// Floats of the residual: of a small batch as its kernels leave it, else the rows of length 1, if any.
int64_t residual_size(const Batch& batch) {
  const int64_t small = cpu_batch_residual(batch.n, batch.d);
  return small > 0 || !batch.cosine ? small : batch.n * batch.d;
}

Problem problem_of(const Batch& batch, const float* rows) {
  return {rows, rows, batch.labels, batch.labels, batch.temperature, batch.n, batch.n, batch.d, 0, true};
}

bool is_small(const Batch& batch) { return cpu_batch_residual(batch.n, batch.d) > 0; }

void out_of_memory(const Status& status) { status.set(kResourceExhausted, "Out of memory."); }

// False when memory ran out, as for the next. `small`: whether the kernels of small batches run.
bool sums_of(const Batch& batch, bool small, float* sums, float* residual) {
  if (batch.n == 0) return true;
  if (small) return cpu_batch_sums(batch, sums, residual, thread_count());
  if (batch.cosine) cpu_unit_rows(batch.features, nullptr, residual, batch.n, batch.d, thread_count());
  return cpu_log_sums(problem_of(batch, batch.cosine ? residual : batch.features), sums, thread_count());
}

bool gradient_of(const Batch& batch, bool small, const float* sums, const float* residual, double slope, float* grad) {
  if (batch.n == 0) return true;
  if (small) return cpu_batch_grad(batch, sums, residual, slope, grad, thread_count());
  std::vector<float> anchor_sums(kReferenceRows * batch.n);
  anchor_sums_of(sums, batch.n, static_cast<float>(slope), anchor_sums.data());
  const Problem problem = problem_of(batch, batch.cosine ? residual : batch.features);
  if (!cpu_log_sums_grad(problem, anchor_sums.data(), anchor_sums.data(), grad, thread_count())) return false;
  if (batch.cosine) cpu_unit_rows(batch.features, grad, grad, batch.n, batch.d, thread_count());
  return true;
}

void run(const BatchInputs& inputs, bool cosine, bool mean, TF_OpKernelContext* context, const Status& status) {
  const std::string mismatch = inputs.mismatch();
  if (!mismatch.empty()) return status.set(kInvalidArgument, mismatch);
  const Batch whole = inputs.batch(cosine);
  const int64_t n = whole.n, size = residual_size(whole);
  const Tensor loss = allocate_output(context, {}, status, 0);
  if (!status.ok()) return;
  const Tensor sums = allocate_output(context, {kSumRows, n}, status, 1);
  if (!status.ok()) return;
  const Tensor residual = allocate_output(context, {size}, status, 2);
  if (!status.ok()) return;
  *loss.floats() = 0;
  if (n == 0) return;
  const LabelledBatch labelled(whole);
  if (labelled.batch.n == n) {
    if (!sums_of(whole, is_small(whole), sums.floats(), residual.floats())) return out_of_memory(status);
  } else {
    // What the residual holds beyond the samples with a label must not look like NaN of the loss.
    std::fill_n(residual.floats(), size, 0.0f);
    std::fill_n(sums.floats(), kSumRows * n, 0.0f);
    std::vector<float> of_labelled(kSumRows * labelled.rows.size());
    if (!sums_of(labelled.batch, is_small(whole), of_labelled.data(), residual.floats())) return out_of_memory(status);
    put_columns(of_labelled, labelled.rows, kSumRows, n, sums.floats());
  }
  *loss.floats() = static_cast<float>(loss_of_sums(sums.floats(), n, whole.temperature) /
                                      divisor_of(sums.floats(), n, mean));
}

void run_gradient(const BatchInputs& inputs, bool cosine, bool mean, TF_OpKernelContext* context, const Status& status) {
  const std::string mismatch = inputs.mismatch();
  if (!mismatch.empty()) return status.set(kInvalidArgument, mismatch);
  const Batch whole = inputs.batch(cosine);
  const std::string other = inputs.mismatch_of_residual(residual_size(whole));
  if (!other.empty()) return status.set(kInvalidArgument, other);
  const int64_t n = whole.n, d = whole.d;
  const Tensor grad = allocate_output(context, {n, d}, status);
  if (!status.ok() || n * d == 0) return;
  const double slope = inputs.dy() / divisor_of(inputs.sums(), n, mean);
  const LabelledBatch labelled(whole);
  if (labelled.batch.n == n) {
    if (!gradient_of(whole, is_small(whole), inputs.sums(), inputs.residual(), slope, grad.floats())) out_of_memory(status);
    return;
  }
  std::fill_n(grad.floats(), n * d, 0.0f);
  const std::vector<float> sums = columns_of(inputs.sums(), labelled.rows, kSumRows, n);
  std::vector<float> of_labelled(labelled.rows.size() * static_cast<size_t>(d));
  if (!gradient_of(labelled.batch, is_small(whole), sums.data(), inputs.residual(), slope, of_labelled.data())) {
    return out_of_memory(status);
  }
  put_rows(of_labelled, labelled.rows, d, grad.floats());
}

template <bool gradient>
void compute(void* state, TF_OpKernelContext* context) {
  compute_with_status(context, [&](const Status& status) {
    const BatchInputs inputs(context, gradient ? 6 : 3, status);
    if (!status.ok()) return;
    (gradient ? run_gradient : run)(inputs, value_of(state, 0) != 0, value_of(state, 1) != 0, context, status);
  });
}

void shape_of_features(TF_ShapeInferenceContext* context, TF_Status* status) { set_shape_of_input(context, 0, status); }

}  // namespace

const Op kBatchLoss = {"SnnlBatchLoss", {"features: float", "labels: int32", "temperature: float"},
                       {"loss: float", "sums: float", "residual: float"}, kAttributes, set_unknown_shapes,
                       attribute_state<kCosine, kMean>, compute<false>, nullptr};

const Op kBatchLossGrad = {"SnnlBatchLossGrad",
                           {"features: float", "labels: int32", "temperature: float", "sums: float", "residual: float",
                            "dy: float"},
                           {"features_grad: float"}, kAttributes, shape_of_features, attribute_state<kCosine, kMean>,
                           compute<true>, nullptr};

}  // namespace snnl
