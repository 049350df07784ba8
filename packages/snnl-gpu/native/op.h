// An op with its kernels, as it is handed to TensorFlow.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "handles.h"
#include "tensorflow_api.h"

namespace snnl {

struct Op {
  using Compute = void (*)(void* state, TF_OpKernelContext*);

  const char* name;
  std::vector<const char*> inputs;  // "name: type"; TensorFlow wants names in small letters
  std::vector<const char*> outputs;
  std::vector<const char*> attributes;  // "name: int = default"
  // Shape inference, for graphs: the kernels check everything again.
  void (*shape)(TF_ShapeInferenceContext*, TF_Status*);
  void* (*create)(TF_OpKernelConstruction*);  // the state; nullptr where there is none
  Compute on_cpu, on_gpu;  // on_gpu: nullptr where there is none
};

// neighbor_ops.cc
extern const Op kLogSums, kLogSumsGrad, kCrossLogSums;
// unit_rows.cc
extern const Op kUnitRows, kUnitRowsGrad;
// loss_ops.cc
extern const Op kReducedLoss, kLossAnchorSums, kAnchorSums;
// batch_ops.cc
extern const Op kBatchLoss, kBatchLossGrad;

// Equation 3 from the sums [9, n] of its anchors, summed over those with a partner; and what the gradient of
// the operation takes [6, n], where each of these counts `slope` times.
double loss_of_sums(const float* sums, int64_t n, double temperature);
// What that is divided by: 1, or for a mean the anchors with a partner, at least 1.
double divisor_of(const float* sums, int64_t n, bool mean);
void anchor_sums_of(const float* sums, int64_t n, float slope, float* out);

// Hand them to TensorFlow; the outcome is in `status`.
void define_op(const Op&, TF_Status* status);
void define_kernel(const Op&, const char* device, TF_Status* status);

// ---- For the ops themselves.

// A state that holds the values of attributes.
int64_t* new_state(TF_OpKernelConstruction*, std::initializer_list<const char*> attributes);
template <const char*... kNames>
void* attribute_state(TF_OpKernelConstruction* construction) {
  return new_state(construction, {kNames...});
}
inline int64_t value_of(void* state, int attribute = 0) { return static_cast<int64_t*>(state)[attribute]; }

// Output shapes: that of input `index`; [rows, size of `axis` of input `index`].
void set_shape_of_input(TF_ShapeInferenceContext*, int index, TF_Status*);
void set_rows_of_axis(TF_ShapeInferenceContext*, int64_t rows, int index, int axis, TF_Status*);
inline void set_unknown_shapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  tensorflow.TF_ShapeInferenceContextSetUnknownShape(context, status);
}

// The first `count` inputs; what goes wrong is left in the status.
void get_inputs(TF_OpKernelContext*, Tensor* inputs, int count, const Status&);

// The memory of an output.
Tensor allocate_output(TF_OpKernelContext*, std::initializer_list<int64_t> dims, const Status&, int index = 0);

}  // namespace snnl
