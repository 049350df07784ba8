#include "op.h"

#include <new>

namespace snnl {

TensorFlow tensorflow{};

namespace {

void destroy(void* state) { delete[] static_cast<int64_t*>(state); }

bool ok(const TF_Status* status) { return tensorflow.TF_GetCode(status) == kOk; }

// A handle of shape inference, freed with the scope.
class Shape {
 public:
  explicit Shape(TF_ShapeHandle* handle = tensorflow.TF_NewShapeHandle()) : handle_(handle) {}
  ~Shape() { tensorflow.TF_DeleteShapeHandle(handle_); }
  Shape(const Shape&) = delete;
  Shape& operator=(const Shape&) = delete;
  TF_ShapeHandle* get() const { return handle_; }

 private:
  TF_ShapeHandle* handle_;
};

}  // namespace

void define_op(const Op& op, TF_Status* status) {
  TF_OpDefinitionBuilder* builder = tensorflow.TF_NewOpDefinitionBuilder(op.name);
  for (const char* input : op.inputs) tensorflow.TF_OpDefinitionBuilderAddInput(builder, input);
  for (const char* output : op.outputs) tensorflow.TF_OpDefinitionBuilderAddOutput(builder, output);
  for (const char* attribute : op.attributes) tensorflow.TF_OpDefinitionBuilderAddAttr(builder, attribute);
  tensorflow.TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, op.shape);
  // Frees the builder, whatever comes of it.
  tensorflow.TF_RegisterOpDefinition(builder, status);
}

void define_kernel(const Op& op, const char* device, TF_Status* status) {
  const Op::Compute compute = device == std::string("GPU") ? op.on_gpu : op.on_cpu;
  TF_KernelBuilder* builder =
      tensorflow.TF_NewKernelBuilder(op.name, device, op.create, compute, op.create ? destroy : nullptr);
  tensorflow.TF_RegisterKernelBuilder((std::string(op.name) + "_" + device).c_str(), builder, status);
}

int64_t* new_state(TF_OpKernelConstruction* construction, std::initializer_list<const char*> attributes) {
  const Status status;
  int64_t* const state = new (std::nothrow) int64_t[attributes.size()]();
  if (state == nullptr) {
    status.set(kResourceExhausted, "Out of memory.");
  } else {
    int64_t* to = state;
    for (const char* attribute : attributes) {
      if (status.ok()) tensorflow.TF_OpKernelConstruction_GetAttrInt64(construction, attribute, to++, status.get());
    }
  }
  if (!status.ok()) tensorflow.TF_OpKernelConstruction_Failure(construction, status.get());
  return state;
}

void set_shape_of_input(TF_ShapeInferenceContext* context, int index, TF_Status* status) {
  const Shape input;
  tensorflow.TF_ShapeInferenceContextGetInput(context, index, input.get(), status);
  if (ok(status)) tensorflow.TF_ShapeInferenceContextSetOutput(context, 0, input.get(), status);
}

void set_rows_of_axis(TF_ShapeInferenceContext* context, int64_t rows, int index, int axis, TF_Status* status) {
  const Shape first(tensorflow.TF_ShapeInferenceContextVectorFromSize(context, static_cast<size_t>(rows)));
  const Shape input, second, output;
  tensorflow.TF_ShapeInferenceContextGetInput(context, index, input.get(), status);
  if (ok(status)) tensorflow.TF_ShapeInferenceContextWithRank(context, input.get(), 2, input.get(), status);
  if (ok(status)) {
    tensorflow.TF_ShapeInferenceContextSubshape(context, input.get(), axis, axis + 1, second.get(), status);
  }
  if (ok(status)) {
    tensorflow.TF_ShapeInferenceContextConcatenateShapes(context, first.get(), second.get(), output.get(), status);
  }
  if (ok(status)) tensorflow.TF_ShapeInferenceContextSetOutput(context, 0, output.get(), status);
}

std::string Tensor::shape() const {
  std::string result = "[";
  for (int axis = 0; axis < rank(); axis++) result += (axis == 0 ? "" : ", ") + std::to_string(dim(axis));
  return result + "]";
}

void get_inputs(TF_OpKernelContext* context, Tensor* inputs, int count, const Status& status) {
  for (int i = 0; i < count && status.ok(); i++) {
    tensorflow.TF_GetInput(context, i, inputs[i].address(), status.get());
  }
}

Tensor allocate_output(TF_OpKernelContext* context, std::initializer_list<int64_t> dims, const Status& status,
                       int index) {
  size_t bytes = sizeof(float);
  for (const int64_t dim : dims) bytes *= static_cast<size_t>(dim);
  const int rank = static_cast<int>(dims.size());
  return Tensor(tensorflow.TF_AllocateOutput(context, index, kFloat, dims.begin(), rank, bytes, status.get()));
}

}  // namespace snnl
