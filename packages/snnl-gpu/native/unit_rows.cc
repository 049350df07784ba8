#include "unit_rows.h"

#include <algorithm>
#include <string>

#include "cpu/layout.h"
#include "cpu/team.h"
#include "threads.h"

namespace snnl {
namespace {

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

template <int inputs>
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
  // To wake a thread takes as long as some 2^16 numbers.
  const int64_t useful = std::max<int64_t>(1, dims[0] * dims[1] >> 16);
  const int threads = static_cast<int>(std::min<int64_t>(thread_count(), useful));
  const auto of_rows = inputs == 2 ? kernels().unit_rows_grad : kernels().unit_rows;
  constexpr int64_t kRows = 64;
  Counter chunks((dims[0] + kRows - 1) / kRows);
  Team::run(threads, {[&](int) {
    for (int64_t chunk; chunks.take(chunk);) {
      const int64_t first = chunk * kRows, at = first * dims[1];
      of_rows(x.data() + at, upstream + at, out.data() + at, std::min(kRows, dims[0] - first), dims[1]);
    }
  }});
}

template <int inputs>
void compute(void*, TF_OpKernelContext* context) {
  TF_Status* status = tensorflow.TF_NewStatus();
  run<inputs>(context, status);
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
  const auto run = op == std::string(kUnitRowsGrad) ? compute<2> : compute<1>;
  TF_KernelBuilder* builder = tensorflow.TF_NewKernelBuilder(op, "CPU", nullptr, run, nullptr);
  tensorflow.TF_RegisterKernelBuilder((std::string(op) + "_CPU").c_str(), builder, status);
}

}  // namespace snnl
