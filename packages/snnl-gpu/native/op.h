#pragma once
#include "tensorflow_api.h"
namespace snnl {

inline constexpr const char* kLogSums = "SnnlNeighborLogSums";
inline constexpr const char* kLogSumsGrad = "SnnlNeighborLogSumsGrad";

// Set once, before any op runs.
extern TensorFlow tensorflow;

// Hand `op` (one of the two above) to TensorFlow; the outcome is in `status`.
void define_op(const char* op, TF_Status* status);
void define_kernel(const char* op, const char* device, TF_Status* status);

}  // namespace snnl
