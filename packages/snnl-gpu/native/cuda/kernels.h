// The CUDA kernels, each once. Of this list are made the functions (kernels.cu), their names and shared
// memory (plan.cc), the emulator's table, and the check of what ptxas reports (report.mjs).
#pragma once
#include "args.h"

// X(name of the function after "snnl_", constant, how many blocks fit a multiprocessor, floats of shared
//   memory, call). Those of a product of tiles, ..._fp32 and ..._tensor, may not spill a register.
#define SNNL_CUDA_KERNELS(X)                                                                                         \
  X(mean_parts, kMeanParts, 4, 2 * kThreads, mean_parts(args, shared))                                                   \
  X(mean, kMean, 4, 0, mean(args))                                                                                   \
  X(center_candidates, kCenterCandidates, 4, 0, center_candidates(args))                                             \
  X(center_anchors, kCenterAnchors, 4, 0, center_anchors(args))                                                      \
  X(combine, kCombine, 4, 0, combine(args))                                                                          \
  X(gradient, kGradient, 4, kThreads, gradient(args, shared))                                                        \
  X(sums_fp32, kSumsFp32, 1, fp32_shared_floats(kTile) + kNormsAndLabels, sums<Fp32Product<128>>(args, shared))      \
  X(weigh_fp32, kWeighFp32, 1, fp32_shared_floats(kTile) + kNormsAndLabels + kUpstream,                              \
    weigh<Fp32Product<128>>(args, shared))                                                                           \
  X(weigh_candidates_fp32, kWeighCandidatesFp32, 2, fp32_shared_floats(kTile),                                       \
    weigh_candidates<Fp32Product<128>>(args, shared))                                                                \
  X(weigh_candidates_narrow_fp32, kWeighCandidatesNarrowFp32, 2, fp32_shared_floats(64),                             \
    weigh_candidates<Fp32Product<64>>(args, shared))

// For compute capability 8.0 and newer.
#define SNNL_CUDA_TENSOR_KERNELS(X)                                                                                  \
  X(sums_tensor, kSumsTensor, 1, tensor_shared_floats(kTile) + kNormsAndLabels,                                      \
    sums<TensorProduct<128>>(args, shared))                                                                          \
  X(weigh_tensor, kWeighTensor, 1, tensor_shared_floats(kTile) + kNormsAndLabels + kUpstream,                        \
    weigh<TensorProduct<128>>(args, shared))                                                                         \
  X(weigh_candidates_tensor, kWeighCandidatesTensor, 2, tensor_shared_floats(kTile),                                 \
    weigh_candidates<TensorProduct<128>>(args, shared))                                                              \
  X(weigh_candidates_narrow_tensor, kWeighCandidatesNarrowTensor, 2, tensor_shared_floats(64),                       \
    weigh_candidates<TensorProduct<64>>(args, shared))
