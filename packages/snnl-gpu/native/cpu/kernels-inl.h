// The kernels over the class Vector, for one instruction set. Everything lies in an unnamed
// namespace, so that no linker can take a function of another instruction set for it.
template <int kCount>
struct Count {
  static constexpr int value = kCount;
};

#include "power-inl.h"
#include "pack-inl.h"
#include "distances-inl.h"
#include "sums-inl.h"
#include "weigh-inl.h"
#include "product-inl.h"
#include "unit-rows-inl.h"
#include "batch-inl.h"

// In the order of Kernels, layout.h.
constexpr Kernels table(const char* name) {
  return {name, sum_rows, pack, pack_panels, sum_pair, merge_pair, weigh_pair, apply_pair, write_row, unit_rows,
          unit_rows_grad, exp2_all, unit_factors, place_columns, multiply_columns, sum_batch_pair, merge_side,
          weigh_batch_pair, write_batch_panel};
}
