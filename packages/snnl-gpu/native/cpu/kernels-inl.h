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
