// Product of tiles on the FP32 units of any device.
#pragma once
#include "args.h"
#include "platform.h"
#include "product.h"

namespace snnl::cuda {

// One thread holds 4 rows x kColumns / 8 columns. The 32 lanes of a warp stand 4 x 8, so that a
// warp has 16 whole rows of the tile.
template <int kTileColumns>
struct Fp32Product {
  static constexpr int kColumns = kTileColumns;
  static constexpr int kSharedFloats = fp32_shared_floats(kColumns);
  static constexpr int kThreadRows = 4;
  static constexpr int kThreadColumns = kColumns / 8;
  static constexpr int kLanesPerRow = 8;
  static constexpr int kRun = 4;  // columns c, c + 1, .. of a thread that lie side by side

  float sums[kThreadRows][kThreadColumns];

  static SNNL_DEVICE int row(int r) { return warp() * 16 + lane() / 8 * 4 + r; }
  static SNNL_DEVICE int column(int c) { return c / kRun * 32 + lane() % 8 * kRun + c % kRun; }

  // sums = a b for a [kTile, depth] and b [depth, kColumns], or b' [kColumns, depth] if kTransposed.
  // Columns of b from `columns` on count as 0 (not if kTransposed). depth is a multiple of kDepth. In
  // levels where `former` is given.
  template <bool kTransposed>
  SNNL_DEVICE void multiply(float* shared, Operand a, Operand b, int64_t depth, int columns, float* former) {
    for (int r = 0; r < kThreadRows; r++) {
      for (int c = 0; c < kThreadColumns; c++) sums[r][c] = 0;
    }
    if (depth <= 0) return;
    if (former != nullptr) clear_levels(former);
    Staged<kTransposed> staged(a, b, columns);
    staged.load();
    staged.store(shared);
    __syncthreads();
    int stage = 0;
    for (int step = static_cast<int>(depth / kDepth) - 1; step > 0; step--, stage ^= 1) {
      staged.load();
      accumulate(shared + stage * kStageFloats);
      if (former != nullptr && step % kLevelSteps == 0) end_level(sums, former);
      // The other stage was last read before the last barrier.
      staged.store(shared + (stage ^ 1) * kStageFloats);
      __syncthreads();
    }
    accumulate(shared + stage * kStageFloats);
    if (former != nullptr) add_levels(sums, former);
    __syncthreads();
  }

 private:
  static constexpr int kStageFloats = kDepth * (kTile + kColumns);
  static_assert(2 * kStageFloats == kSharedFloats);

  // On its way from global to shared memory, where both operands lie with the inner dimension first.
  // A thread carries eight neighbours of one line of a, the same of b', or quads of b.
  template <bool kTransposed>
  struct Staged {
    static_assert(!kTransposed || kColumns == kTile);
    static constexpr int kQuads = kColumns / 64;
    const float *next_a, *next_b;
    int step_b;  // within 32 bits for rows below 2^27 floats
    bool valid[kQuads];
    float4 a[2], b[kQuads];

    SNNL_DEVICE Staged(Operand from_a, Operand from_b, int columns) {
      next_a = from_a.first + line() * from_a.stride + half();
      if constexpr (kTransposed) {
        next_b = from_b.first + line() * from_b.stride + half();
        step_b = kDepth;
      } else {
        next_b = from_b.first + depth() * from_b.stride + first_column();
        step_b = kDepth * static_cast<int>(from_b.stride);
#pragma unroll
        for (int q = 0; q < kQuads; q++) valid[q] = first_column() + q * 64 < columns;
      }
    }

    SNNL_DEVICE void load() {
      a[0] = read(next_a);
      a[1] = read(next_a + 4);
#pragma unroll
      for (int q = 0; q < kQuads; q++) {
        if constexpr (kTransposed) {
          b[q] = read(next_b + q * 4);
        } else {
          b[q] = valid[q] ? read(next_b + q * 64) : make_float4(0, 0, 0, 0);
        }
      }
      next_a += kDepth;
      next_b += step_b;
    }

    SNNL_DEVICE void store(float* stage) const {
      store_line<kTile>(stage + half() * kTile + line(), a);
      float* to = stage + kDepth * kTile;
      if constexpr (kTransposed) {
        store_line<kColumns>(to + half() * kColumns + line(), b);
      } else {
#pragma unroll
        for (int q = 0; q < kQuads; q++) {
          *reinterpret_cast<float4*>(to + depth() * kColumns + first_column() + q * 64) = b[q];
        }
      }
    }

   private:
    static SNNL_DEVICE int line() { return threadIdx.x % kTile; }
    static SNNL_DEVICE int half() { return threadIdx.x / kTile * 8; }
    static SNNL_DEVICE int depth() { return threadIdx.x / 16; }
    static SNNL_DEVICE int first_column() { return threadIdx.x % 16 * 4; }
    static SNNL_DEVICE float4 read(const float* from) { return *reinterpret_cast<const float4*>(from); }

    template <int kStride>
    static SNNL_DEVICE void store_line(float* to, const float4 (&quads)[2]) {
#pragma unroll
      for (int q = 0; q < 2; q++) {
        to[(4 * q + 0) * kStride] = quads[q].x;
        to[(4 * q + 1) * kStride] = quads[q].y;
        to[(4 * q + 2) * kStride] = quads[q].z;
        to[(4 * q + 3) * kStride] = quads[q].w;
      }
    }
  };

  SNNL_DEVICE void accumulate(const float* stage) {
    const float* a = stage + row(0);
    const float* b = stage + kDepth * kTile + column(0);
#pragma unroll
    for (int k = 0; k < kDepth; k++) {
      const float4 rows = *reinterpret_cast<const float4*>(a + k * kTile);
      const float of_row[kThreadRows] = {rows.x, rows.y, rows.z, rows.w};
#pragma unroll
      for (int q = 0; q < kThreadColumns / 4; q++) {
        const float4 columns = *reinterpret_cast<const float4*>(b + k * kColumns + q * 32);
#pragma unroll
        for (int r = 0; r < kThreadRows; r++) {
          sums[r][4 * q + 0] = fmaf(of_row[r], columns.x, sums[r][4 * q + 0]);
          sums[r][4 * q + 1] = fmaf(of_row[r], columns.y, sums[r][4 * q + 1]);
          sums[r][4 * q + 2] = fmaf(of_row[r], columns.z, sums[r][4 * q + 2]);
          sums[r][4 * q + 3] = fmaf(of_row[r], columns.w, sums[r][4 * q + 3]);
        }
      }
    }
  }
};

}  // namespace snnl::cuda
