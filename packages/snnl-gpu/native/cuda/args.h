// What host and device agree on: sizes of tiles, and the one argument that every kernel takes.
#pragma once
#include <cstdint>

#include "problem.h"

namespace snnl::cuda {

constexpr int kTile = 128;     // rows of a tile of pairs; columns too, but for narrow gradients
constexpr int kDepth = 16;     // how much of the inner dimension of a product is staged at a time
constexpr int kThreads = 256;  // of every block: 8 warps, each with 16 rows of the tile
constexpr int kStates = 7;     // numbers per row that the blocks of one row tile hand to `combine`

// FP32 units: two stages, each [kDepth][kTile] and [kDepth][columns].
constexpr int fp32_shared_floats(int columns) { return 2 * kDepth * (kTile + columns); }

// Tensor cores: rows of kDepth, or of `columns`, with padding so that the lanes of a warp read a
// fragment from different banks.
constexpr int kPaddedDepth = kDepth + 4;
constexpr int padded_columns(int columns) { return columns + 8; }
constexpr int kStages = 3;
constexpr int tensor_stage_floats(int columns) {
  const int transposed = columns * kPaddedDepth, direct = kDepth * padded_columns(columns);
  return kTile * kPaddedDepth + (transposed > direct ? transposed : direct);
}
constexpr int tensor_shared_floats(int columns) { return kStages * tensor_stage_floats(columns); }

struct Args : DeviceProblem {
  const float* anchor_sums;     // [6, n], of the gradient
  const float* candidate_sums;  // [6, m]
  float* out;                   // [9, n] or [n, d]

  // Centred features with zeros as padding, so that tiles need no check of bounds. Where anchors
  // are candidates, x points into z. A norm is NaN for a row that is not finite and, among the
  // candidates, +Infinity for padding, as which a sample without a label counts.
  int64_t np, mp, dp;       // padded to kTile, kTile, kDepth; none is 0
  float* x;                 // [np, dp]
  float* z;                 // [z_rows, dp]
  float* x_norms;           // [np]
  float* z_norms;           // [z_rows]
  int64_t z_rows;           // mp + kTile where x points into z, else mp
  int32_t* spoilt;          // [1] whether the temperature or a candidate makes everything NaN
  float* center;            // [dp]
  float* center_parts;      // [center_blocks, dp]
  float* center_counts;     // [center_blocks]: candidates that have a label
  int64_t center_rows, center_blocks;

  // Forward: [splits, kStates, np]. Backward: [splits, block_rows, dp].
  float* parts;
  float* levels;  // [blocks of the kernel over pairs, kTile * kTile], or null: see product.h
  int64_t splits, split_tiles;  // a split has split_tiles tiles of candidates

  // Backward: weights G T of rows row0.. and columns column0.. , and their sums over each column tile.
  float* weights;      // [block_rows, block_columns]
  float* weight_sums;  // [mp / kTile, block_rows]
  int64_t row0, block_rows;
  int64_t column0, block_columns, columns;  // of which this block has `columns`
  int32_t add;                              // whether parts hold a sum already
};

}  // namespace snnl::cuda
