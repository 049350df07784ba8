// Every kernel by name, as plan.h lists them. Compiled by nvcc and, for tests, by a C++ compiler.
#include "fp32_product.h"
#include "gradient.h"
#include "prepare.h"
#include "sums.h"
#include "tensor_product.h"

using namespace snnl::cuda;

SNNL_KERNEL(snnl_mean_parts, 4) { SNNL_SHARED(shared); mean_parts(args, shared); }
SNNL_KERNEL(snnl_mean, 4) { mean(args); }
SNNL_KERNEL(snnl_center_candidates, 4) { center_candidates(args); }
SNNL_KERNEL(snnl_center_anchors, 4) { center_anchors(args); }
SNNL_KERNEL(snnl_combine, 4) { combine(args); }
SNNL_KERNEL(snnl_gradient, 4) { SNNL_SHARED(shared); gradient(args, shared); }

SNNL_KERNEL(snnl_sums_fp32, 1) { SNNL_SHARED(shared); sums<Fp32Product<128>>(args, shared); }
SNNL_KERNEL(snnl_weigh_fp32, 1) { SNNL_SHARED(shared); weigh<Fp32Product<128>>(args, shared); }
SNNL_KERNEL(snnl_weigh_candidates_fp32, 2) { SNNL_SHARED(shared); weigh_candidates<Fp32Product<128>>(args, shared); }
SNNL_KERNEL(snnl_weigh_candidates_narrow_fp32, 2) { SNNL_SHARED(shared); weigh_candidates<Fp32Product<64>>(args, shared); }

#ifdef SNNL_TENSOR_CORES
SNNL_KERNEL(snnl_sums_tensor, 1) { SNNL_SHARED(shared); sums<TensorProduct<128>>(args, shared); }
SNNL_KERNEL(snnl_weigh_tensor, 1) { SNNL_SHARED(shared); weigh<TensorProduct<128>>(args, shared); }
SNNL_KERNEL(snnl_weigh_candidates_tensor, 2) { SNNL_SHARED(shared); weigh_candidates<TensorProduct<128>>(args, shared); }
SNNL_KERNEL(snnl_weigh_candidates_narrow_tensor, 2) { SNNL_SHARED(shared); weigh_candidates<TensorProduct<64>>(args, shared); }
#endif
