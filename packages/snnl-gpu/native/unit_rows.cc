#include "unit_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "cpu/team.h"
#include "threads.h"

namespace snnl {
namespace {

// In double, so that rows as small as 1e-38 or as large as 1e38 have a length. Several sums, so that
// the additions need not wait for each other.
double dot(const float* x, const float* y, int64_t d) {
  constexpr int kSums = 8;
  double sums[kSums] = {};
  int64_t k = 0;
  for (; k + kSums <= d; k += kSums) {
    for (int s = 0; s < kSums; s++) sums[s] += static_cast<double>(x[k + s]) * y[k + s];
  }
  for (; k < d; k++) sums[0] += static_cast<double>(x[k]) * y[k];
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

// 1 / |x|; 0 for a row of zeros, NaN for one that is not finite.
double inverse_length(const float* x, int64_t d) {
  const double square = dot(x, x, d);
  if (!std::isfinite(square)) return std::numeric_limits<double>::quiet_NaN();
  return square == 0 ? 0 : 1 / std::sqrt(square);
}

void unit_row(const float* x, const float*, float* u, int64_t d) {
  const double scale = inverse_length(x, d);
  for (int64_t k = 0; k < d; k++) u[k] = static_cast<float>(scale * x[k]);
}

// dx = (dy - u (u . dy)) / |x| with u = x / |x|
void unit_row_grad(const float* x, const float* dy, float* dx, int64_t d) {
  const double scale = inverse_length(x, d);
  const double along = dot(x, dy, d) * scale * scale;
  for (int64_t k = 0; k < d; k++) dx[k] = static_cast<float>(scale * (dy[k] - along * x[k]));
}

class Tensor {
 public:
  explicit Tensor(TF_Tensor* tensor = nullptr) : tensor_(tensor) {}
  ~Tensor() {
    if (tensor_ != nullptr) tensorflow.TF_DeleteTensor(tensor_);
  }
  Tensor(const Tensor&) = delete;
  Tensor& operator=(const Tensor&) = delete;

  TF_Tensor** address() { return &tensor_; }
  bool is_matrix() const { return tensorflow.TF_NumDims(tensor_) == 2; }
  int64_t dim(int axis) const { return tensorflow.TF_Dim(tensor_, axis); }
  float* data() const { return static_cast<float*>(tensorflow.TF_TensorData(tensor_)); }

 private:
  TF_Tensor* tensor_;
};

template <int inputs, void (*row)(const float*, const float*, float*, int64_t)>
void run(TF_OpKernelContext* context, TF_Status* status) {
  Tensor x, dy;
  tensorflow.TF_GetInput(context, 0, x.address(), status);
  if (tensorflow.TF_GetCode(status) == kOk && inputs == 2) tensorflow.TF_GetInput(context, 1, dy.address(), status);
  if (tensorflow.TF_GetCode(status) != kOk) return;
  const bool fits = x.is_matrix() && (inputs == 1 || (dy.is_matrix() && dy.dim(0) == x.dim(0) && dy.dim(1) == x.dim(1)));
  if (!fits) {
    return tensorflow.TF_SetStatus(status, kInvalidArgument,
                                   "Expected x, and dy where it is given, to have one and the same shape [n, d].");
  }
  const int64_t dims[2] = {x.dim(0), x.dim(1)};
  const size_t bytes = static_cast<size_t>(dims[0] * dims[1]) * sizeof(float);
  const Tensor out(tensorflow.TF_AllocateOutput(context, 0, kFloat, dims, 2, bytes, status));
  if (tensorflow.TF_GetCode(status) != kOk || bytes == 0) return;
  const float* upstream = inputs == 2 ? dy.data() : x.data();
  // A thread takes some 30 us to start, 2^17 numbers more.
  const int64_t useful = std::max<int64_t>(1, dims[0] * dims[1] >> 17);
  const int threads = static_cast<int>(std::min<int64_t>(thread_count(), useful));
  constexpr int64_t kRows = 64;
  Counter chunks((dims[0] + kRows - 1) / kRows);
  Team team;
  team.run(threads, [&](int) {
    for (int64_t chunk; chunks.take(chunk);) {
      for (int64_t i = chunk * kRows; i < std::min((chunk + 1) * kRows, dims[0]); i++) {
        const int64_t at = i * dims[1];
        row(x.data() + at, upstream + at, out.data() + at, dims[1]);
      }
    }
  });
}

template <int inputs, void (*row)(const float*, const float*, float*, int64_t)>
void compute(void*, TF_OpKernelContext* context) {
  TF_Status* status = tensorflow.TF_NewStatus();
  run<inputs, row>(context, status);
  if (tensorflow.TF_GetCode(status) != kOk) tensorflow.TF_OpKernelContext_Failure(context, status);
  tensorflow.TF_DeleteStatus(status);
}

void same_shape(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle* x = tensorflow.TF_NewShapeHandle();
  tensorflow.TF_ShapeInferenceContextGetInput(context, 0, x, status);
  if (tensorflow.TF_GetCode(status) == kOk) tensorflow.TF_ShapeInferenceContextSetOutput(context, 0, x, status);
  tensorflow.TF_DeleteShapeHandle(x);
}

}  // namespace

void define_unit_rows_op(const char* op, TF_Status* status) {
  TF_OpDefinitionBuilder* builder = tensorflow.TF_NewOpDefinitionBuilder(op);
  tensorflow.TF_OpDefinitionBuilderAddInput(builder, "x: float");
  if (op == std::string(kUnitRowsGrad)) tensorflow.TF_OpDefinitionBuilderAddInput(builder, "dy: float");
  tensorflow.TF_OpDefinitionBuilderAddOutput(builder, "out: float");
  tensorflow.TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, same_shape);
  tensorflow.TF_RegisterOpDefinition(builder, status);
}

void define_unit_rows_kernel(const char* op, TF_Status* status) {
  const auto run = op == std::string(kUnitRowsGrad) ? compute<2, unit_row_grad> : compute<1, unit_row>;
  TF_KernelBuilder* builder = tensorflow.TF_NewKernelBuilder(op, "CPU", nullptr, run, nullptr);
  tensorflow.TF_RegisterKernelBuilder((std::string(op) + "_CPU").c_str(), builder, status);
}

}  // namespace snnl
