#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) || defined(_M_X64)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 warns of its own header (bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include "inline.h"
#include "batch.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,fma")
#endif
namespace snnl {
namespace {
#include "vector_avx512.h"
#include "kernels-inl.h"
}  // namespace

const Kernels kAvx512Kernels = {"avx512", sum_rows,   pack,       pack_panels, sum_pair,
                              merge_pair, weigh_pair, apply_pair,  write_row,
                              unit_rows,  unit_rows_grad, exp2_all,  unit_factors, place_columns, multiply_columns,  sum_batch_pair, merge_side, weigh_batch_pair,  write_batch_panel};
}  // namespace snnl
#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif
#endif
