// Product of tiles on tensor cores, with the accuracy of float32.
//
// TF32 has 11 significant bits. A float32 is split into two of them, x = high + low, and a product
// is (low high' + high low') + high high' (low low' is below the rounding of float32). Tensor cores
// round towards 0 when they add, which over a long sum is an error of one sign: so they add up
// kDepth products at a time only, and these sums are added in float32 proper (Ootomo & Yokota 2022,
// Int. J. High Perform. Comput. Appl. 36, 475, measured both).
#pragma once
#include "args.h"
#include "platform.h"
#include "product.h"

#if defined(SNNL_TENSOR_CORES)

namespace snnl::cuda {

// Interface as Fp32Product. A warp has 16 whole rows; fragments are those of PTX's
// mma.m16n8k8 for .tf32 ("Matrix fragments for mma.m16n8k8").
template <int kTileColumns>
struct TensorProduct {
  static constexpr int kColumns = kTileColumns;
  static constexpr int kSharedFloats = tensor_shared_floats(kColumns);
  static constexpr int kThreadRows = 2;
  static constexpr int kThreadColumns = kColumns / 4;
  static constexpr int kLanesPerRow = 4;
  static constexpr int kRun = 2;

  float sums[kThreadRows][kThreadColumns];

  static SNNL_DEVICE int row(int r) { return warp() * 16 + lane() / 4 + r * 8; }
  static SNNL_DEVICE int column(int c) { return c / kRun * 8 + lane() % 4 * kRun + c % kRun; }

  template <bool kTransposed>
  SNNL_DEVICE void multiply(float* shared, Operand a, Operand b, int64_t depth, int columns, float* former) {
#pragma unroll
    for (int r = 0; r < kThreadRows; r++) {
#pragma unroll
      for (int c = 0; c < kThreadColumns; c++) sums[r][c] = 0;
    }
    if (former != nullptr) clear_levels(former);
    const int steps = static_cast<int>(depth / kDepth);
    for (int step = 0; step < kStages - 1; step++) {
      if (step < steps) copy_stage<kTransposed>(shared + step * kStageFloats, a, b, step, columns);
      commit_copies();
    }
    int stage = 0;
    for (int step = 0; step < steps; step++) {
      await_copies<kStages - 2>();  // those of this step are done, of this thread
      __syncthreads();              // and of all threads; and nobody reads the stage before this one
      const int next = step + kStages - 1;
      const int next_stage = stage == 0 ? kStages - 1 : stage - 1;
      if (next < steps) copy_stage<kTransposed>(shared + next_stage * kStageFloats, a, b, next, columns);
      commit_copies();  // also an empty group, so that their number stays that of the steps
      accumulate<kTransposed>(shared + stage * kStageFloats);
      if (former != nullptr && (step + 1) % kLevelSteps == 0) end_level(sums, former);
      stage = stage == kStages - 1 ? 0 : stage + 1;
    }
    if (former != nullptr) add_levels(sums, former);
    __syncthreads();
  }

 private:
  static constexpr int kStageFloats = tensor_stage_floats(kColumns);
  static constexpr int kPaddedColumns = padded_columns(kColumns);

  // Rows of kDepth floats, kPaddedDepth apart.
  static SNNL_DEVICE void copy_rows(float* to, Operand from, int64_t k) {
#pragma unroll
    for (int i = 0; i < kTile * kDepth / 4 / kThreads; i++) {
      const int quad = threadIdx.x + i * kThreads, line = quad / (kDepth / 4), at = quad % (kDepth / 4) * 4;
      copy_async(to + line * kPaddedDepth + at, from.first + line * from.stride + k + at, true);
    }
  }

  template <bool kTransposed>
  static SNNL_DEVICE void copy_stage(float* stage, Operand a, Operand b, int64_t step, int columns) {
    copy_rows(stage, a, step * kDepth);
    float* to = stage + kTile * kPaddedDepth;
    if constexpr (kTransposed) {
      static_assert(!kTransposed || kColumns == kTile);
      copy_rows(to, b, step * kDepth);
    } else {
      constexpr int kQuads = kColumns / 4;
#pragma unroll
      for (int i = 0; i < kDepth * kQuads / kThreads; i++) {
        const int quad = threadIdx.x + i * kThreads, line = quad / kQuads, at = quad % kQuads * 4;
        const bool valid = at < columns;
        const float* from = b.first + (step * kDepth + line) * b.stride + (valid ? at : 0);
        copy_async(to + line * kPaddedColumns + at, from, valid);
      }
    }
  }

  // x = high + low; the multiplication ignores the low 13 bits of each.
  static SNNL_DEVICE void split(float x, uint32_t& high, uint32_t& low) {
    high = (__float_as_uint(x) + 0x1000u) & 0xffffe000u;  // rounded to nearest
    low = __float_as_uint(x - __uint_as_float(high));
  }

  template <bool kTransposed>
  SNNL_DEVICE void accumulate(const float* stage) {
    constexpr int kSteps = kDepth / 8;
    const int group = lane() / 4, in_group = lane() % 4;
    uint32_t a_high[kSteps][4], a_low[kSteps][4];
    const float* a = stage + (warp() * 16 + group) * kPaddedDepth + in_group;
#pragma unroll
    for (int s = 0; s < kSteps; s++) {
      split(a[8 * s], a_high[s][0], a_low[s][0]);
      split(a[8 * s + 8 * kPaddedDepth], a_high[s][1], a_low[s][1]);
      split(a[8 * s + 4], a_high[s][2], a_low[s][2]);
      split(a[8 * s + 8 * kPaddedDepth + 4], a_high[s][3], a_low[s][3]);
    }
    // Element (k, column) of b is at k * kAlong + column * kAcross.
    constexpr int kAlong = kTransposed ? 1 : kPaddedColumns;
    constexpr int kAcross = kTransposed ? kPaddedDepth : 1;
    const float* b = stage + kTile * kPaddedDepth + in_group * kAlong + group * kAcross;
    // Fragments of b, of 8 columns each, that are multiplied in turn: four chains of sums.
    constexpr int kGroup = kTransposed ? 2 : 4;
#pragma unroll
    for (int first = 0; first < kColumns / 8; first += kGroup) {
      uint32_t b_high[kSteps][kGroup][2], b_low[kSteps][kGroup][2];
#pragma unroll
      for (int s = 0; s < kSteps; s++) {
#pragma unroll
        for (int g = 0; g < kGroup; g++) {
          const float* at = b + 8 * s * kAlong + (first + g) * 8 * kAcross;
          split(at[0], b_high[s][g][0], b_low[s][g][0]);
          split(at[4 * kAlong], b_high[s][g][1], b_low[s][g][1]);
        }
      }
      float c[kGroup][4] = {}, of_low_b[kGroup][4] = {};
#pragma unroll
      for (int s = 0; s < kSteps; s++) {
#pragma unroll
        for (int g = 0; g < kGroup; g++) multiply_tf32(c[g], a_low[s], b_high[s][g]);
#pragma unroll
        for (int g = 0; g < kGroup; g++) multiply_tf32(kTransposed ? of_low_b[g] : c[g], a_high[s], b_low[s][g]);
      }
      if constexpr (kTransposed) {
#pragma unroll
        for (int g = 0; g < kGroup; g++) {
#pragma unroll
          for (int i = 0; i < 4; i++) c[g][i] += of_low_b[g][i];
        }
      }
#pragma unroll
      for (int s = 0; s < kSteps; s++) {
#pragma unroll
        for (int g = 0; g < kGroup; g++) multiply_tf32(c[g], a_high[s], b_high[s][g]);
      }
#pragma unroll
      for (int g = 0; g < kGroup; g++) {
        const int at = 2 * (first + g);
        sums[0][at] += c[g][0];
        sums[0][at + 1] += c[g][1];
        sums[1][at] += c[g][2];
        sums[1][at + 1] += c[g][3];
      }
    }
  }
};

}  // namespace snnl::cuda

#endif
