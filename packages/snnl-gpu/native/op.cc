#include "op.h"

#include <new>
#include <string>

#include "device.h"
#include "handles.h"

namespace snnl {

TensorFlow tensorflow{};

namespace {

// ---- Kernels: their state is the attribute selfOffset.

struct State {
  int64_t self_offset;
};

void* create(TF_OpKernelConstruction* construction) {
  const Status status;
  State* state = new (std::nothrow) State{-1};
  if (state == nullptr) {
    tensorflow.TF_SetStatus(status.get(), kResourceExhausted, "Out of memory.");
  } else {
    tensorflow.TF_OpKernelConstruction_GetAttrInt64(construction, "selfOffset", &state->self_offset, status.get());
  }
  if (!status.ok()) tensorflow.TF_OpKernelConstruction_Failure(construction, status.get());
  return state;
}

void destroy(void* state) { delete static_cast<State*>(state); }

template <bool gradient, Runner run>
void compute(void* state, TF_OpKernelContext* context) {
  compute_with_status(context, [&](const Status& status) {
    const int64_t self_offset = static_cast<State*>(state)->self_offset;
    const Inputs inputs(context, gradient ? 7 : 5, status.get());
    if (!status.ok()) return;
    const std::string mismatch = inputs.mismatch(self_offset);
    if (!mismatch.empty()) return status.set(kInvalidArgument, mismatch);
    const Problem problem = inputs.problem(self_offset);
    const int64_t dims[2] = {gradient ? problem.n : kSumRows, gradient ? problem.d : problem.n};
    const size_t bytes = static_cast<size_t>(dims[0] * dims[1]) * sizeof(float);
    const Tensor output(tensorflow.TF_AllocateOutput(context, 0, kFloat, dims, 2, bytes, status.get()));
    if (status.ok() && bytes > 0) run({context, inputs, problem, output.floats(), gradient}, status);
  });
}

// ---- Shape inference, for graphs: the kernels check everything again.

// Puts into `result` the size of axis `axis` of input `index`, as a shape of rank 1.
void axis_of(TF_ShapeInferenceContext* context, int index, int axis, TF_ShapeHandle* result, TF_Status* status) {
  TF_ShapeHandle* input = tensorflow.TF_NewShapeHandle();
  tensorflow.TF_ShapeInferenceContextGetInput(context, index, input, status);
  if (tensorflow.TF_GetCode(status) == kOk) {
    tensorflow.TF_ShapeInferenceContextWithRank(context, input, 2, input, status);
  }
  if (tensorflow.TF_GetCode(status) == kOk) {
    tensorflow.TF_ShapeInferenceContextSubshape(context, input, axis, axis + 1, result, status);
  }
  tensorflow.TF_DeleteShapeHandle(input);
}

void join_and_set(TF_ShapeInferenceContext* context, TF_ShapeHandle* rows, TF_ShapeHandle* columns,
                  TF_Status* status) {
  TF_ShapeHandle* output = tensorflow.TF_NewShapeHandle();
  tensorflow.TF_ShapeInferenceContextConcatenateShapes(context, rows, columns, output, status);
  if (tensorflow.TF_GetCode(status) == kOk) {
    tensorflow.TF_ShapeInferenceContextSetOutput(context, 0, output, status);
  }
  tensorflow.TF_DeleteShapeHandle(output);
}

// [9, N]
void log_sums_shape(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle* rows = tensorflow.TF_ShapeInferenceContextVectorFromSize(context, kSumRows);
  TF_ShapeHandle* n = tensorflow.TF_NewShapeHandle();
  axis_of(context, 0, 0, n, status);
  if (tensorflow.TF_GetCode(status) == kOk) join_and_set(context, rows, n, status);
  tensorflow.TF_DeleteShapeHandle(rows);
  tensorflow.TF_DeleteShapeHandle(n);
}

// [N, D]
void log_sums_grad_shape(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle* n = tensorflow.TF_NewShapeHandle();
  TF_ShapeHandle* d = tensorflow.TF_NewShapeHandle();
  axis_of(context, 0, 0, n, status);
  if (tensorflow.TF_GetCode(status) == kOk) axis_of(context, 0, 1, d, status);
  if (tensorflow.TF_GetCode(status) == kOk) join_and_set(context, n, d, status);
  tensorflow.TF_DeleteShapeHandle(n);
  tensorflow.TF_DeleteShapeHandle(d);
}

}  // namespace

void define_op(const char* op, TF_Status* status) {
  const bool gradient = op == std::string(kLogSumsGrad);
  TF_OpDefinitionBuilder* builder = tensorflow.TF_NewOpDefinitionBuilder(op);
  // TensorFlow's names of inputs are in small letters.
  for (const char* input : {"anchors: float", "candidates: float", "anchor_labels: int32",
                            "candidate_labels: int32", "temperature: float"}) {
    tensorflow.TF_OpDefinitionBuilderAddInput(builder, input);
  }
  if (gradient) {
    tensorflow.TF_OpDefinitionBuilderAddInput(builder, "anchor_sums: float");
    tensorflow.TF_OpDefinitionBuilderAddInput(builder, "candidate_sums: float");
  }
  tensorflow.TF_OpDefinitionBuilderAddOutput(builder, gradient ? "anchors_grad: float" : "sums: float");
  tensorflow.TF_OpDefinitionBuilderAddAttr(builder, "selfOffset: int = -1");
  tensorflow.TF_OpDefinitionBuilderSetShapeInferenceFunction(builder,
                                                            gradient ? log_sums_grad_shape : log_sums_shape);
  // Frees the builder, whatever comes of it.
  tensorflow.TF_RegisterOpDefinition(builder, status);
}

void define_kernel(const char* op, const char* device, TF_Status* status) {
  const bool gradient = op == std::string(kLogSumsGrad);
  const bool gpu = device == std::string("GPU");
  const auto on_cpu = gradient ? compute<true, run_on_cpu> : compute<false, run_on_cpu>;
  const auto on_gpu = gradient ? compute<true, run_on_gpu> : compute<false, run_on_gpu>;
  TF_KernelBuilder* builder = tensorflow.TF_NewKernelBuilder(op, device, create, gpu ? on_gpu : on_cpu, destroy);
  tensorflow.TF_RegisterKernelBuilder((std::string(op) + "_" + device).c_str(), builder, status);
}

}  // namespace snnl
