// Gradient kernels: equation 5 for a block of anchors, whose weights stand in memory meanwhile.
#pragma once
#include "pairs.h"
#include "prepare.h"

namespace snnl::cuda {

// dL/dA or dL/dB of one sample, with what makes weights of distances: the nearest one, and the
// log-sum relative to it times log2(e), which is never negative.
struct Upstream {
  float gradient, nearest, relative;

  // gradient * exp((nearest - d) / T - log-sum). The difference is formed first: once scaled, both
  // may have lost every digit of it. Zero caps what was rounded otherwise; NaN in `relative` stays.
  SNNL_DEVICE float weigh(float d, float scale) const {
    return gradient * exp2_fast(fmaf(fminf(nearest - d, 0.0f), scale, -relative));
  }
};

// `kind`: 0 for A, 1 for B. Without a gradient the weight is 0, whatever stands there.
SNNL_DEVICE Upstream upstream_of(const float* sums, int kind, int64_t i, int64_t count) {
  constexpr float kLog2E = 1.44269504f;
  const float gradient = i < count ? sums[(4 + kind) * count + i] : 0;
  if (gradient == 0) return {0, 0, kInfinity};
  return {gradient, sums[2 * kind * count + i], sums[(2 * kind + 1) * count + i] * kLog2E};
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
  float* upstream = shared + Product::kSharedFloats + 2 * kTile;  // [2][3][kTile]: kinds, fields of Upstream
  {
    const int kind = threadIdx.x / kTile, column = threadIdx.x % kTile;
    static_assert(kThreads == 2 * kTile);
    const Upstream up = upstream_of(args.candidate_sums, kind, column0 + column, args.m);
    float* to = upstream + 3 * kind * kTile + column;
    to[0] = up.gradient;
    to[kTile] = up.nearest;
    to[2 * kTile] = up.relative;
  }
  const auto of_candidate = [&](int kind, int column) -> Upstream {
    const float* from = upstream + 3 * kind * kTile + column;
    return {from[0], from[kTile], from[2 * kTile]};
  };
  Product product;
  product.template multiply<true>(shared, {args.x + row0 * args.dp, args.dp},
                                  {args.z + column0 * args.dp, args.dp}, args.dp, kTile,
                                  former_levels(args, args.columns / kTile));

  const float scale = exponent_scale(*args.temperature);
  Anchor anchors[kRows];
  Upstream of_anchor[2][kRows];
  float totals[kRows];
#pragma unroll
  for (int r = 0; r < kRows; r++) {
    const int64_t row = row0 + Product::row(r);
    anchors[r] = anchor_of(args, row, column0);
    for (int kind = 0; kind < 2; kind++) of_anchor[kind][r] = upstream_of(args.anchor_sums, kind, row, args.n);
    totals[r] = 0;
  }
#pragma unroll
  for (int c = 0; c < kColumns; c++) {
    const int column = Product::column(c);
    const float norm = candidates.norms[column];
    const int32_t label = candidates.labels[column];
    const Upstream all = of_candidate(0, column), same = of_candidate(1, column);
#pragma unroll
    for (int r = 0; r < kRows; r++) {
      const float d = distance(anchors[r], norm, product.sums[r][c], column);
      float weight = of_anchor[0][r].weigh(d, scale) + all.weigh(d, scale);
      if (label == anchors[r].label) weight += of_anchor[1][r].weigh(d, scale) + same.weigh(d, scale);
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
                                   {args.z + (args.column0 + first) * args.dp + feature0, args.dp}, depth, features, nullptr);
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
  if (args.anchor_labels[i] == kMissingLabel) {
    for (int64_t k = threadIdx.x; k < args.d; k += kThreads) args.out[i * args.d + k] = 0;
    return;
  }
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
