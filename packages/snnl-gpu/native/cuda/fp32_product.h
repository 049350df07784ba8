// Product of tiles on the FP32 units of any device.
#pragma once
#include "args.h"
#include "operand.h"
#include "platform.h"

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
  // Columns of b from `columns` on count as 0 (not if kTransposed). depth is a multiple of kDepth.
  template <bool kTransposed>
  SNNL_DEVICE void multiply(float* shared, Operand a, Operand b, int64_t depth, int64_t columns) {
    for (int r = 0; r < kThreadRows; r++) {
      for (int c = 0; c < kThreadColumns; c++) sums[r][c] = 0;
    }
    if (depth <= 0) return;
    Staged staged;
    staged.template load<kTransposed>(a, b, 0, columns);
    staged.template store<kTransposed>(shared);
    __syncthreads();
    int stage = 0;
    for (int64_t k = 0; k < depth; k += kDepth, stage ^= 1) {
      const bool more = k + kDepth < depth;
      if (more) staged.template load<kTransposed>(a, b, k + kDepth, columns);
      accumulate(shared + stage * kStageFloats);
      // The other stage was last read before the last barrier.
      if (more) staged.template store<kTransposed>(shared + (stage ^ 1) * kStageFloats);
      __syncthreads();
    }
  }

 private:
  static constexpr int kStageFloats = kDepth * (kTile + kColumns);
  static_assert(2 * kStageFloats == kSharedFloats);

  // On its way from global to shared memory, where both operands lie with the inner dimension first.
  struct Staged {
    static constexpr int kQuads = kColumns / 64;
    float4 a[2], b[kQuads];

    template <bool kTransposed>
    SNNL_DEVICE void load(Operand from_a, Operand from_b, int64_t k, int64_t columns) {
      const int line = threadIdx.x % kTile, half = threadIdx.x / kTile * 8;
      load_line(a, from_a, line, k + half);
      if constexpr (kTransposed) {
        static_assert(!kTransposed || kColumns == kTile);
        load_line(b, from_b, line, k + half);
      } else {
        const int depth = threadIdx.x / 16, first = threadIdx.x % 16 * 4;
        for (int q = 0; q < kQuads; q++) {
          const int column = first + q * 64;
          b[q] = column < columns
                     ? *reinterpret_cast<const float4*>(from_b.first + (k + depth) * from_b.stride + column)
                     : make_float4(0, 0, 0, 0);
        }
      }
    }

    template <bool kTransposed>
    SNNL_DEVICE void store(float* stage) const {
      const int line = threadIdx.x % kTile, half = threadIdx.x / kTile * 8;
      store_line<kTile>(stage + half * kTile + line, a);
      float* to = stage + kDepth * kTile;
      if constexpr (kTransposed) {
        store_line<kColumns>(to + half * kColumns + line, b);
      } else {
        const int depth = threadIdx.x / 16, first = threadIdx.x % 16 * 4;
        for (int q = 0; q < kQuads; q++) {
          *reinterpret_cast<float4*>(to + depth * kColumns + first + q * 64) = b[q];
        }
      }
    }

   private:
    // Eight neighbours of one line.
    template <int kSize>
    static SNNL_DEVICE void load_line(float4 (&to)[kSize], Operand from, int line, int64_t k) {
      static_assert(kSize == 2);
      const float4* quads = reinterpret_cast<const float4*>(from.first + line * from.stride + k);
      to[0] = quads[0];
      to[1] = quads[1];
    }
    template <int kStride>
    static SNNL_DEVICE void store_line(float* to, const float4* quads) {
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
#pragma unroll 8
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
