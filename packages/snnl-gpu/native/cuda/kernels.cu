// The functions of kernels.h. Compiled by nvcc and, for tests, by a C++ compiler.
#include "kernels.h"

#include "fp32_product.h"
#include "gradient.h"
#include "prepare.h"
#include "sums.h"
#include "tensor_product.h"

using namespace snnl::cuda;

#define SNNL_DEFINE(name, constant, blocks, floats, call) \
  SNNL_KERNEL(snnl_##name, blocks) {                      \
    SNNL_SHARED(shared);                                  \
    static_cast<void>(shared);                            \
    call;                                                 \
  }
SNNL_CUDA_KERNELS(SNNL_DEFINE)
#ifdef SNNL_TENSOR_CORES
SNNL_CUDA_TENSOR_KERNELS(SNNL_DEFINE)
#endif
