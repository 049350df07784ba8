// Forward kernel: equations 1, 2 and 6 in one pass over the pairs.
#pragma once
#include "pairs.h"
#include "prepare.h"

namespace snnl::cuda {

// Sum of exp(-(d - least) / T) over some distances, and the same weighted with d. +Infinity as
// `least` says that there were none.
struct RunningSum {
  float least = kInfinity, sum = 0, weighted = 0;

  SNNL_DEVICE float reference() const { return least < kInfinity ? least : 0; }

  // Refers to a distance that is no larger than any so far.
  SNNL_DEVICE void refer_to(float smaller, float scale) {
    const float to = smaller < kInfinity ? smaller : 0;
    const float factor = exp2_fast((to - least) * scale);  // 2^-Infinity = 0 where there were none
    sum *= factor;
    weighted *= factor;
    least = smaller;
  }

  SNNL_DEVICE void merge(RunningSum other, float scale) {
    const float smaller = fminf(least, other.least);
    refer_to(smaller, scale);
    other.refer_to(smaller, scale);
    sum += other.sum;
    weighted += other.weighted;
  }
};

SNNL_DEVICE RunningSum from_lane(const RunningSum& sum, int mask) {
  return {from_lane(sum.least, mask), from_lane(sum.sum, mask), from_lane(sum.weighted, mask)};
}

// Pairs of different and of same class apart: so each pair costs one exponential.
struct RowState {
  RunningSum different, same;
  int count = 0;
};

// Adds the pairs that a thread has of one anchor; their products are given.
template <class Product>
SNNL_DEVICE void add_row(RowState& state, const Anchor& anchor, const TileCandidates& candidates,
                         float (&products)[Product::kThreadColumns], float scale) {
  float least_different = state.different.least, least_same = state.same.least;
  uint32_t same = 0;  // bit c: column c has the class of the anchor, and counts
#pragma unroll
  for (int c = 0; c < Product::kThreadColumns; c++) {
    const int column = Product::column(c);
    const float d = distance(anchor, candidates.norms[column], products[c], column);
    products[c] = d;
    const bool is_same = candidates.labels[column] == anchor.label && d < kInfinity;
    same |= is_same ? 1u << c : 0u;
    least_same = fminf(least_same, is_same ? d : kInfinity);
    least_different = fminf(least_different, is_same ? kInfinity : d);
  }
  forget_origin(same);
  state.count += __popc(same);
  state.different.refer_to(least_different, scale);
  state.same.refer_to(least_same, scale);
  const float of_different = state.different.reference(), of_same = state.same.reference();
#pragma unroll
  for (int c = 0; c < Product::kThreadColumns; c++) {
    const bool is_same = same >> c & 1u;
    const float d = products[c];
    const float e = exp2_fast(((is_same ? of_same : of_different) - d) * scale);  // 0 for d = Infinity
    const float of_pair = is_same ? e : 0, finite = fminf(d, kLargest);
    state.same.sum += of_pair;
    state.same.weighted = fmaf(of_pair, finite, state.same.weighted);
    state.different.sum += e - of_pair;
    state.different.weighted = fmaf(e - of_pair, finite, state.different.weighted);
  }
}

// Grid [np / kTile, splits]: the sums of a tile of anchors over the candidates of one split.
template <class Product>
SNNL_DEVICE void sums(const Args& args, float* shared) {
  constexpr int kRows = Product::kThreadRows;
  const int64_t row0 = static_cast<int64_t>(blockIdx.x) * kTile;
  const int64_t tiles = args.mp / kTile, first = blockIdx.y * args.split_tiles;
  const int64_t last = first + args.split_tiles < tiles ? first + args.split_tiles : tiles;
  const float scale = exponent_scale(*args.temperature);
  RowState states[kRows];

  for (int64_t tile = first; tile < last; tile++) {
    const int64_t column0 = tile * kTile;
    __syncthreads();  // the candidates of the tile before are read no more
    const TileCandidates candidates = stage_candidates(args, shared + Product::kSharedFloats, column0);
    Product product;
    product.template multiply<true>(shared, {args.x + row0 * args.dp, args.dp},
                                    {args.z + column0 * args.dp, args.dp}, args.dp, kTile,
                                    former_levels(args, args.np / kTile));
#pragma unroll
    for (int r = 0; r < kRows; r++) {
      // One row after the other, or the compiler wants registers for all at once.
      __syncwarp();
      add_row<Product>(states[r], anchor_of(args, row0 + Product::row(r), column0), candidates, product.sums[r], scale);
    }
  }

#pragma unroll
  for (int r = 0; r < kRows; r++) {
    RowState& state = states[r];
    for (int mask = 1; mask < Product::kLanesPerRow; mask *= 2) {
      state.different.merge(from_lane(state.different, mask), scale);
      state.same.merge(from_lane(state.same, mask), scale);
      state.count += from_lane(state.count, mask);
    }
    if (lane() % Product::kLanesPerRow != 0) continue;
    float* part = args.parts + blockIdx.y * kStates * args.np + row0 + Product::row(r);
    part[0] = state.different.least;
    part[args.np] = state.different.sum;
    part[2 * args.np] = state.different.weighted;
    part[3 * args.np] = state.same.least;
    part[4 * args.np] = state.same.sum;
    part[5 * args.np] = state.same.weighted;
    part[6 * args.np] = __int_as_float(state.count);
  }
}

SNNL_DEVICE RunningSum read_sum(const float* part, int64_t stride) {
  return {part[0], part[stride], part[2 * stride]};
}

// Output [9, n] from the sums of all splits, in their order; grid [n / kThreads rounded up].
SNNL_DEVICE void combine(const Args& args) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= args.n) return;
  const float temperature = *args.temperature, scale = exponent_scale(temperature);
  RunningSum all, same;
  int64_t count = 0;
  for (int64_t split = 0; split < args.splits; split++) {
    const float* part = args.parts + split * kStates * args.np + i;
    const RunningSum same_part = read_sum(part + 3 * args.np, args.np);
    all.merge(read_sum(part, args.np), scale);
    all.merge(same_part, scale);
    same.merge(same_part, scale);
    count += __float_as_int(part[6 * args.np]);
  }
  if (args.anchor_labels[i] == kMissingLabel) {
    for (int row = 0; row < 9; row++) args.out[row * args.n + i] = 0;
    return;
  }
  const bool spoilt = is_spoilt(args, i);
  const auto write = [&](int row, float value) { args.out[row * args.n + i] = spoilt ? not_a_number() : value; };
  const auto write_sums = [&](int kind, const RunningSum& of) {
    const bool some = of.least < kInfinity;
    const float nearest = of.reference(), relative = some ? logf(of.sum) : 0;
    write(kind, relative - nearest / temperature);
    write(2 + kind, some ? of.weighted / of.sum : 0);
    write(5 + 2 * kind, nearest);
    write(6 + 2 * kind, relative);
  };
  write_sums(0, all);
  write_sums(1, same);
  args.out[4 * args.n + i] = static_cast<float>(count);
}

}  // namespace snnl::cuda
