#include "unit_rows.h"

#include <algorithm>
#include <string>

#include "cpu/layout.h"
#include "cpu/team.h"
#include "handles.h"
#include "threads.h"

namespace snnl {
namespace {

template <int inputs>
void run(TF_OpKernelContext* context, const Status& status) {
  Tensor x, dy;
  tensorflow.TF_GetInput(context, 0, x.address(), status.get());
  if (status.ok() && inputs == 2) tensorflow.TF_GetInput(context, 1, dy.address(), status.get());
  if (!status.ok()) return;
  const auto is_like_x = [&] { return dy.rank() == 2 && dy.dim(0) == x.dim(0) && dy.dim(1) == x.dim(1); };
  if (x.rank() != 2 || (inputs == 2 && !is_like_x())) {
    return status.set(kInvalidArgument,
                      "Expected x, and dy where it is given, to have one and the same shape [n, d].");
  }
  const int64_t dims[2] = {x.dim(0), x.dim(1)};
  const size_t bytes = static_cast<size_t>(dims[0] * dims[1]) * sizeof(float);
  const Tensor out(tensorflow.TF_AllocateOutput(context, 0, kFloat, dims, 2, bytes, status.get()));
  if (!status.ok() || bytes == 0) return;
  const float* upstream = inputs == 2 ? dy.floats() : x.floats();
  // To wake a thread takes as long as some 2^16 numbers.
  const int64_t useful = std::max<int64_t>(1, dims[0] * dims[1] >> 16);
  const int threads = static_cast<int>(std::min<int64_t>(thread_count(), useful));
  const auto of_rows = inputs == 2 ? kernels().unit_rows_grad : kernels().unit_rows;
  constexpr int64_t kRows = 64;
  Counter chunks((dims[0] + kRows - 1) / kRows);
  Team::run(threads, {[&](int) {
    for (int64_t chunk; chunks.take(chunk);) {
      const int64_t first = chunk * kRows, at = first * dims[1];
      of_rows(x.floats() + at, upstream + at, out.floats() + at, std::min(kRows, dims[0] - first), dims[1]);
    }
  }});
}

template <int inputs>
void compute(void*, TF_OpKernelContext* context) {
  compute_with_status(context, [&](const Status& status) { run<inputs>(context, status); });
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
