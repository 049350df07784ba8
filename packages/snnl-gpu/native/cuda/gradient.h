// Gradient kernels: equation 5 for a block of anchors, whose weights stand in memory meanwhile.
#pragma once
#include "pairs.h"
#include "prepare.h"

namespace snnl::cuda {

// Upstream gradients of one sample, and its log-sums times log2(e). A log-sum without upstream
// gradient becomes +Infinity, so that its exponential is 0 whatever stood there.
struct Upstream {
  float all, same, log_all, log_same;
};

SNNL_DEVICE Upstream upstream_of(const float* sums, int64_t i, int64_t count) {
  constexpr float kLog2E = 1.44269504f;
  if (i >= count) return {0, 0, kInfinity, kInfinity};
  Upstream up;
  up.all = sums[2 * count + i];
  up.same = sums[3 * count + i];
  up.log_all = up.all == 0 ? kInfinity : sums[i] * kLog2E;
  up.log_same = up.same == 0 ? kInfinity : sums[count + i] * kLog2E;
  return up;
}

template <int kRun>
SNNL_DEVICE void store_run(float* to, const float* from) {
  if constexpr (kRun == 4) {
    *reinterpret_cast<float4*>(to) = make_float4(from[0], from[1], from[2], from[3]);
  } else {
    static_assert(kRun == 2);
    *reinterpret_cast<float2*>(to) = make_float2(from[0], from[1]);
  }
}

// weights = a p + b q + a' p' + b' q' = -G T of one tile; grid [columns / kTile, block_rows / kTile].
template <class Product>
SNNL_DEVICE void weigh(const Args& args, float* shared) {
  constexpr int kRows = Product::kThreadRows, kColumns = Product::kThreadColumns, kRun = Product::kRun;
  const int64_t local_row0 = static_cast<int64_t>(blockIdx.y) * kTile, row0 = args.row0 + local_row0;
  const int64_t local_column0 = static_cast<int64_t>(blockIdx.x) * kTile, column0 = args.column0 + local_column0;
  const TileCandidates candidates = stage_candidates(args, shared + Product::kSharedFloats, column0);
  // [4][kTile]: the fields of Upstream.
  float* upstream = shared + Product::kSharedFloats + 2 * kTile;
  if (threadIdx.x < kTile) {
    const Upstream up = upstream_of(args.candidate_sums, column0 + threadIdx.x, args.m);
    upstream[threadIdx.x] = up.all;
    upstream[kTile + threadIdx.x] = up.same;
    upstream[2 * kTile + threadIdx.x] = up.log_all;
    upstream[3 * kTile + threadIdx.x] = up.log_same;
  }
  Product product;
  product.template multiply<true>(shared, {args.x + row0 * args.dp, args.dp},
                                  {args.z + column0 * args.dp, args.dp}, args.dp, kTile);

  const float scale = exponent_scale(*args.temperature);
  Anchor anchors[kRows];
  Upstream of_anchor[kRows];
  float totals[kRows];
#pragma unroll
  for (int r = 0; r < kRows; r++) {
    const int64_t row = row0 + Product::row(r);
    anchors[r] = anchor_of(args, row, column0);
    of_anchor[r] = upstream_of(args.anchor_sums, row, args.n);
    totals[r] = 0;
  }
#pragma unroll
  for (int c = 0; c < kColumns; c++) {
    const int column = Product::column(c);
    const float norm = candidates.norms[column];
    const int32_t label = candidates.labels[column];
    const Upstream of_candidate = {upstream[column], upstream[kTile + column], upstream[2 * kTile + column],
                                   upstream[3 * kTile + column]};
#pragma unroll
    for (int r = 0; r < kRows; r++) {
      const Upstream& up = of_anchor[r];
      const float d = distance(anchors[r], norm, product.sums[r][c], column);
      float weight = up.all * exp2_fast(fmaf(-d, scale, -up.log_all));
      weight = fmaf(of_candidate.all, exp2_fast(fmaf(-d, scale, -of_candidate.log_all)), weight);
      if (label == anchors[r].label) {
        weight = fmaf(up.same, exp2_fast(fmaf(-d, scale, -up.log_same)), weight);
        weight = fmaf(of_candidate.same, exp2_fast(fmaf(-d, scale, -of_candidate.log_same)), weight);
      }
      product.sums[r][c] = weight;
      totals[r] += weight;
    }
  }
#pragma unroll
  for (int r = 0; r < kRows; r++) {
    const int64_t row = local_row0 + Product::row(r);
    float* to = args.weights + row * args.block_columns + local_column0;
#pragma unroll
    for (int c = 0; c < kColumns; c += kRun) store_run<kRun>(to + Product::column(c), product.sums[r] + c);
    for (int mask = 1; mask < Product::kLanesPerRow; mask *= 2) totals[r] += from_lane(totals[r], mask);
    if (lane() % Product::kLanesPerRow == 0) args.weight_sums[column0 / kTile * args.block_rows + row] = totals[r];
  }
}

// parts = weights z over the candidates of one split; grid [dp / kColumns rounded up,
// block_rows / kTile, splits].
template <class Product>
SNNL_DEVICE void weigh_candidates(const Args& args, float* shared) {
  constexpr int kRun = Product::kRun;
  const int64_t feature0 = static_cast<int64_t>(blockIdx.x) * Product::kColumns;
  const int64_t row0 = static_cast<int64_t>(blockIdx.y) * kTile;
  const int64_t size = args.split_tiles * kTile, first = blockIdx.z * size;
  const int64_t depth = first + size < args.columns ? size : args.columns - first;
  const int features = static_cast<int>(args.dp - feature0 < kTile ? args.dp - feature0 : kTile);
  Product product;
  product.template multiply<false>(shared, {args.weights + row0 * args.block_columns + first, args.block_columns},
                                   {args.z + (args.column0 + first) * args.dp + feature0, args.dp}, depth, features);
#pragma unroll
  for (int r = 0; r < Product::kThreadRows; r++) {
    float* part = args.parts + (blockIdx.z * args.block_rows + row0 + Product::row(r)) * args.dp + feature0;
#pragma unroll
    for (int c = 0; c < Product::kThreadColumns; c += kRun) {
      const int column = Product::column(c);
      if (column >= features) continue;
      float* sums = product.sums[r] + c;
      if (args.add) {
        for (int k = 0; k < kRun; k++) sums[k] += part[column + k];
      }
      store_run<kRun>(part + column, sums);
    }
  }
}

// dL/dx_i = -2/T (x_i sum_j weights_ij - sum_j weights_ij z_j); grid [rows of the block that exist].
SNNL_DEVICE void gradient(const Args& args, float* shared) {
  const int64_t row = blockIdx.x, i = args.row0 + row;
  float total = 0;
  for (int64_t tile = threadIdx.x; tile < args.mp / kTile; tile += kThreads) {
    total += args.weight_sums[tile * args.block_rows + row];
  }
  shared[threadIdx.x] = total;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if (static_cast<int>(threadIdx.x) < half) shared[threadIdx.x] += shared[threadIdx.x + half];
    __syncthreads();
  }
  total = shared[0];
  const bool spoilt = is_spoilt(args, i);
  const float temperature = *args.temperature;
  for (int64_t k = threadIdx.x; k < args.d; k += kThreads) {
    float pulled = 0;
    for (int64_t split = 0; split < args.splits; split++) {
      pulled += args.parts[(split * args.block_rows + row) * args.dp + k];
    }
    const float slope = fmaf(args.x[i * args.dp + k], total, -pulled);
    args.out[i * args.d + k] = spoilt ? not_a_number() : -2 * slope / temperature;
  }
}

}  // namespace snnl::cuda
