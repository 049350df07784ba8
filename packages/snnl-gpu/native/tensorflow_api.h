// TensorFlow's C API as this package uses it, found at run time in whatever libtensorflow the process
// has loaded: one binary is to serve libtensorflow 2.7 to current ones, and no header is needed to build.
// Signatures: tensorflow/c/{c_api,kernels,ops,tf_status,tf_tensor}.h, the same in 2.7.0, 2.10.1 and 2.21.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

extern "C" {
struct TF_Status;
struct TF_Tensor;
struct TF_OpDefinitionBuilder;
struct TF_ShapeHandle;
struct TF_ShapeInferenceContext;
struct TF_KernelBuilder;
struct TF_OpKernelConstruction;
struct TF_OpKernelContext;
struct TF_Buffer {
  const void* data;
  size_t length;
  void (*data_deallocator)(void* data, size_t length);
};
}

namespace snnl {

// Values of the enums TF_DataType and TF_Code.
enum DataType : int { kFloat = 1, kInt32 = 3, kUint8 = 4 };
enum Code : int { kOk = 0, kInvalidArgument = 3, kResourceExhausted = 8, kInternal = 13 };

// TF_AllocatorAttributes; the size is that of its members, without padding.
struct AllocatorAttributes {
  size_t struct_size;
  unsigned char on_host;
  static constexpr size_t kSize = sizeof(size_t) + sizeof(unsigned char);
};

// X(return type, name, parameters)
#define SNNL_TENSORFLOW_FUNCTIONS(X)                                                               \
  X(const char*, TF_Version, ())                                                                   \
  X(TF_Buffer*, TF_GetAllOpList, ())                                                               \
  X(TF_Buffer*, TF_GetRegisteredKernelsForOp, (const char* name, TF_Status*))                      \
  X(void, TF_DeleteBuffer, (TF_Buffer*))                                                           \
  X(TF_Status*, TF_NewStatus, ())                                                                  \
  X(void, TF_DeleteStatus, (TF_Status*))                                                           \
  X(void, TF_SetStatus, (TF_Status*, int code, const char* message))                               \
  X(int, TF_GetCode, (const TF_Status*))                                                           \
  X(const char*, TF_Message, (const TF_Status*))                                                   \
  X(int, TF_TensorType, (const TF_Tensor*))                                                        \
  X(int, TF_NumDims, (const TF_Tensor*))                                                           \
  X(int64_t, TF_Dim, (const TF_Tensor*, int index))                                                \
  X(void*, TF_TensorData, (const TF_Tensor*))                                                      \
  X(void, TF_DeleteTensor, (TF_Tensor*))                                                           \
  X(TF_OpDefinitionBuilder*, TF_NewOpDefinitionBuilder, (const char* name))                        \
  X(void, TF_RegisterOpDefinition, (TF_OpDefinitionBuilder*, TF_Status*))                          \
  X(void, TF_OpDefinitionBuilderAddAttr, (TF_OpDefinitionBuilder*, const char* spec))              \
  X(void, TF_OpDefinitionBuilderAddInput, (TF_OpDefinitionBuilder*, const char* spec))             \
  X(void, TF_OpDefinitionBuilderAddOutput, (TF_OpDefinitionBuilder*, const char* spec))            \
  X(void, TF_OpDefinitionBuilderSetShapeInferenceFunction,                                         \
    (TF_OpDefinitionBuilder*, void (*)(TF_ShapeInferenceContext*, TF_Status*)))                    \
  X(TF_ShapeHandle*, TF_NewShapeHandle, ())                                                        \
  X(void, TF_DeleteShapeHandle, (TF_ShapeHandle*))                                                 \
  X(void, TF_ShapeInferenceContextGetInput,                                                        \
    (TF_ShapeInferenceContext*, int index, TF_ShapeHandle*, TF_Status*))                           \
  X(void, TF_ShapeInferenceContextSetOutput,                                                       \
    (TF_ShapeInferenceContext*, int index, TF_ShapeHandle*, TF_Status*))                           \
  X(TF_ShapeHandle*, TF_ShapeInferenceContextVectorFromSize, (TF_ShapeInferenceContext*, size_t))  \
  X(void, TF_ShapeInferenceContextWithRank,                                                        \
    (TF_ShapeInferenceContext*, TF_ShapeHandle*, int64_t rank, TF_ShapeHandle* out, TF_Status*))   \
  X(void, TF_ShapeInferenceContextSubshape,                                                        \
    (TF_ShapeInferenceContext*, TF_ShapeHandle*, int64_t start, int64_t end, TF_ShapeHandle* out,  \
     TF_Status*))                                                                                  \
  X(void, TF_ShapeInferenceContextConcatenateShapes,                                               \
    (TF_ShapeInferenceContext*, TF_ShapeHandle*, TF_ShapeHandle*, TF_ShapeHandle* out, TF_Status*)) \
  X(void, TF_ShapeInferenceContextSetUnknownShape, (TF_ShapeInferenceContext*, TF_Status*))        \
  X(TF_KernelBuilder*, TF_NewKernelBuilder,                                                        \
    (const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*),                \
     void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*)))                         \
  X(void, TF_RegisterKernelBuilder, (const char* name, TF_KernelBuilder*, TF_Status*))             \
  X(void, TF_OpKernelConstruction_GetAttrInt64,                                                    \
    (TF_OpKernelConstruction*, const char* name, int64_t* value, TF_Status*))                      \
  X(void, TF_OpKernelConstruction_Failure, (TF_OpKernelConstruction*, TF_Status*))                 \
  X(void, TF_OpKernelContext_Failure, (TF_OpKernelContext*, TF_Status*))                           \
  X(void, TF_GetInput, (TF_OpKernelContext*, int index, TF_Tensor**, TF_Status*))                  \
  X(TF_Tensor*, TF_AllocateOutput,                                                                 \
    (TF_OpKernelContext*, int index, int type, const int64_t* dims, int rank, size_t bytes, TF_Status*)) \
  X(TF_Tensor*, TF_AllocateTemp,                                                                   \
    (TF_OpKernelContext*, int type, const int64_t* dims, int rank, AllocatorAttributes*, TF_Status*))

struct TensorFlow {
#define SNNL_DECLARE(result, name, parameters) result (*name) parameters;
  SNNL_TENSORFLOW_FUNCTIONS(SNNL_DECLARE)
#undef SNNL_DECLARE
};

// Fills `api` from the loaded libraries. Returns "" or, in words, what is missing. The libraries found
// stay loaded from then on.
std::string load_tensorflow(TensorFlow& api);

}  // namespace snnl
