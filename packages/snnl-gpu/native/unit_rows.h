// Rows scaled to length 1, for the cosine distance (equation 7), on the CPU only.
#pragma once
#include <cstdint>

#include "op.h"

namespace snnl {

inline constexpr const char* kUnitRows = "SnnlUnitRows";          // x [n, d] -> u [n, d]
inline constexpr const char* kUnitRowsGrad = "SnnlUnitRowsGrad";  // x [n, d], dy [n, d] -> dx [n, d]

void define_unit_rows_op(const char* op, TF_Status* status);
void define_unit_rows_kernel(const char* op, TF_Status* status);

}  // namespace snnl
