#include <cmath>
#include <cstdint>
#include <cstring>

#include "inline.h"
#include "batch.h"

namespace snnl {
namespace {
#include "vector_portable.h"
#include "kernels-inl.h"
}  // namespace

const Kernels kPortableKernels = {"portable", sum_rows,   pack,       pack_panels, sum_pair,
                              merge_pair, weigh_pair, apply_pair,  write_row,
                              unit_rows,  unit_rows_grad, exp2_all,  unit_factors, place_columns, multiply_columns,  sum_batch_pair, merge_side, weigh_batch_pair,  write_batch_panel};
}  // namespace snnl
