// The loss from the log sums, and what the gradient of the operation takes: sums over N numbers, for
// which as many of TensorFlow's ops would take longer than anything else in a small batch. On the CPU only.
#include <algorithm>

#include "cpu/kernel_api.h"
#include "op.h"

namespace snnl {
namespace {

constexpr char kMean[] = "mean";
constexpr char kMeanAttribute[] = "mean: int = 0";

// The log sums [9, n], and another input beside them.
class SumsAnd {
 public:
  SumsAnd(TF_OpKernelContext* context, const Status& status) {
    get_inputs(context, tensors_, 2, status);
  }

  // Empty, or what was expected and what came.
  std::string mismatch(const char* other, bool is_scalar) const {
    if (sums().rank() != 2 || sums().dim(0) != kSumRows) {
      return "Expected sums to have shape [" + std::to_string(kSumRows) + ", n], but got " +
             sums().shape() + ".";
    }
    const std::string expected = is_scalar ? "[]" : sums().shape(), got = tensors_[1].shape();
    if (got == expected) return "";
    return std::string("Expected ") + other + " to have shape " + expected + " beside sums of shape " +
           sums().shape() + ", but got " + got + ".";
  }

  int64_t n() const { return sums().dim(1); }
  const float* row(int index) const { return sums().floats() + index * n(); }
  const float* other() const { return tensors_[1].floats(); }
  double divisor(bool mean) const { return divisor_of(row(0), n(), mean); }

 private:
  const Tensor& sums() const { return tensors_[0]; }

  Tensor tensors_[2];
};

// Runs `compute` on inputs that fit.
template <class Compute>
void with_inputs(TF_OpKernelContext* context, const char* other, bool is_scalar, const Compute& compute) {
  compute_with_status(context, [&](const Status& status) {
    const SumsAnd inputs(context, status);
    if (!status.ok()) return;
    const std::string mismatch = inputs.mismatch(other, is_scalar);
    if (!mismatch.empty()) return status.set(kInvalidArgument, mismatch);
    compute(inputs, status);
  });
}

// Equation 3 from the references, summed.
void reduced_loss(void* state, TF_OpKernelContext* context) {
  with_inputs(context, "temperature", true, [&](const SumsAnd& inputs, const Status& status) {
    const Tensor out = allocate_output(context, {}, status);
    if (!status.ok()) return;
    const double sum = loss_of_sums(inputs.row(0), inputs.n(), *inputs.other());
    *out.floats() = static_cast<float>(sum / inputs.divisor(value_of(state) != 0));
  });
}

// The references and dL/dA, dL/dB of that loss.
void loss_anchor_sums(void* state, TF_OpKernelContext* context) {
  with_inputs(context, "dy", true, [&](const SumsAnd& inputs, const Status& status) {
    const int64_t n = inputs.n();
    const Tensor out = allocate_output(context, {kReferenceRows, n}, status);
    if (!status.ok() || n == 0) return;
    const float share = static_cast<float>(*inputs.other() / inputs.divisor(value_of(state) != 0));
    anchor_sums_of(inputs.row(0), n, share, out.floats());
  });
}

// The references, and the first two rows of dy [9, n].
void anchor_sums(void*, TF_OpKernelContext* context) {
  with_inputs(context, "dy", false, [&](const SumsAnd& inputs, const Status& status) {
    const int64_t n = inputs.n();
    const Tensor out = allocate_output(context, {kReferenceRows, n}, status);
    if (!status.ok() || n == 0) return;
    std::copy_n(inputs.other(), 2 * n, std::copy_n(inputs.row(5), 4 * n, out.floats()));
  });
}

// [], as the temperature
void scalar_shape(TF_ShapeInferenceContext* context, TF_Status* status) {
  set_shape_of_input(context, 1, status);
}

// [6, n]
void anchor_sums_shape(TF_ShapeInferenceContext* context, TF_Status* status) {
  set_rows_of_axis(context, kReferenceRows, 0, 1, status);
}

}  // namespace

double loss_of_sums(const float* sums, int64_t n, double temperature) {
  const auto row = [&](int index) { return sums + index * n; };
  const float *nearest_all = row(5), *relative_all = row(6), *nearest_same = row(7), *relative_same = row(8);
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    const double relative = static_cast<double>(relative_all[i]) - relative_same[i];
    const double apart = static_cast<double>(nearest_same[i]) - nearest_all[i];
    // Multiplying, not selecting, lets the NaN of a lone anchor through.
    sum += (relative + apart / temperature) * (row(4)[i] > 0);
  }
  return sum;
}

double divisor_of(const float* sums, int64_t n, bool mean) {
  if (!mean) return 1;
  const auto count = std::count_if(sums + 4 * n, sums + 5 * n, [](float partners) { return partners > 0; });
  return static_cast<double>(std::max<int64_t>(count, 1));
}

void anchor_sums_of(const float* sums, int64_t n, float slope, float* out) {
  float* slopes = std::copy_n(sums + 5 * n, 4 * n, out);
  for (int64_t i = 0; i < n; i++) {
    slopes[i] = sums[4 * n + i] > 0 ? slope : 0;
    slopes[n + i] = -slopes[i];
  }
}

const Op kReducedLoss = {"SnnlReducedLoss", {"sums: float", "temperature: float"}, {"loss: float"}, {kMeanAttribute},
                         scalar_shape, attribute_state<kMean>, reduced_loss, nullptr};

const Op kLossAnchorSums = {"SnnlLossAnchorSums", {"sums: float", "dy: float"}, {"anchor_sums: float"},
                            {kMeanAttribute}, anchor_sums_shape, attribute_state<kMean>, loss_anchor_sums,
                            nullptr};

const Op kAnchorSums = {"SnnlAnchorSums", {"sums: float", "dy: float"}, {"anchor_sums: float"}, {},
                        anchor_sums_shape, nullptr, anchor_sums, nullptr};

}  // namespace snnl
