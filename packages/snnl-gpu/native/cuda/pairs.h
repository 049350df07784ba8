// What the kernels over pairs share: distances from products. They are the same to the last bit in
// both kernels, and for both of a pair: else the weights of an anchor, which are relative to its nearest
// distance, would not sum to 1 where distances are large beside the temperature.
#pragma once
#include "args.h"
#include "platform.h"

namespace snnl::cuda {

// One anchor of a tile of pairs.
struct Anchor {
  float norm;
  int32_t label;
  int self;  // column of the tile that is this anchor itself, or -1
};

SNNL_DEVICE Anchor anchor_of(const Args& args, int64_t row, int64_t column0) {
  Anchor anchor;
  const float norm = args.x_norms[row];
  anchor.norm = norm < kInfinity ? norm : 0;  // spoilt, or padding: what comes of it is not used
  anchor.label = row < args.n ? args.anchor_labels[row] : 0;
  const int64_t self = args.self_offset + row - column0;
  anchor.self = args.self_offset >= 0 && self >= 0 && self < kTile ? static_cast<int>(self) : -1;
  return anchor;
}

// |x|^2 + |z|^2 - 2 x.z, never negative; +Infinity for a pair that does not count, which is a
// sample with itself, or with padding (whose norm is +Infinity).
SNNL_DEVICE float distance(const Anchor& anchor, float candidate_norm, float product, int column) {
  const float d = fmaxf(fmaf(-2.0f, product, anchor.norm + candidate_norm), 0.0f);
  return column == anchor.self ? kInfinity : d;
}

// Where this block keeps its products of features so far, or null: see product.h.
SNNL_DEVICE float* former_levels(const Args& args, int64_t blocks_x) {
  if (args.levels == nullptr) return nullptr;
  return args.levels + (blockIdx.y * blocks_x + blockIdx.x) * (kTile * kTile);
}

// The candidates of one tile, in shared memory.
struct TileCandidates {
  float* norms;
  int32_t* labels;
};

// Call it before a product: the barriers of that make the candidates visible.
SNNL_DEVICE TileCandidates stage_candidates(const Args& args, float* shared, int64_t column0) {
  const TileCandidates tile = {shared, reinterpret_cast<int32_t*>(shared + kTile)};
  if (threadIdx.x < kTile) {
    const int64_t column = column0 + threadIdx.x;
    tile.norms[threadIdx.x] = args.z_norms[column];
    tile.labels[threadIdx.x] = column < args.m ? args.candidate_labels[column] : 0;
  }
  return tile;
}

}  // namespace snnl::cuda
