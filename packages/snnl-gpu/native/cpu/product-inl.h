// out [kTileRows][kPanel] += g z, with g [rows, depth] or, transposed, [depth, rows].
template <bool kTransposed, int kVectors>
SNNL_INLINE void product_tile(const float* g, const float* z, int depth, float* out) {
  constexpr int kRows = Vector::kTileRows, kWidth = Vector::kWidth;
  Vector::F sum[kRows][kVectors];
  SNNL_UNROLL for (int r = 0; r < kRows; r++) {
    SNNL_UNROLL for (int c = 0; c < kVectors; c++) {
      sum[r][c] = Vector::load(out + r * kPanel + c * kWidth);
    }
  }
  for (int k = 0; k < depth; k++) {
    Vector::F zk[kVectors];
    SNNL_UNROLL for (int c = 0; c < kVectors; c++) zk[c] = Vector::load(z + k * kPanel + c * kWidth);
    SNNL_UNROLL for (int r = 0; r < kRows; r++) {
      const Vector::F gr = Vector::set(kTransposed ? g[k * kBlock + r] : g[r * kBlock + k]);
      SNNL_UNROLL for (int c = 0; c < kVectors; c++) sum[r][c] = Vector::fma(gr, zk[c], sum[r][c]);
    }
  }
  SNNL_UNROLL for (int r = 0; r < kRows; r++) {
    SNNL_UNROLL for (int c = 0; c < kVectors; c++) {
      Vector::store(out + r * kPanel + c * kWidth, sum[r][c]);
    }
  }
}

// Rows beyond `rows` of the last register tile get sums of what the tile holds there: padding.
template <bool kTransposed>
void add_product(const Job& job, const float* g, int rows, int depth, const float* z, float* out) {
  constexpr int kWidth = Vector::kWidth, kRows = Vector::kTileRows;
  for (int64_t p = 0; p < job.panels; p++, z += kBlock * kPanel, out += kBlock * kPanel) {
    const int64_t width = job.features - p * kPanel < kPanel ? job.features - p * kPanel : kPanel;
    for (int c = 0; c < width; c += 2 * kWidth) {
      for (int r = 0; r < rows; r += kRows) {
        const float* of_rows = g + (kTransposed ? r : r * kBlock);
        float* to = out + r * kPanel + c;
        if (width - c > kWidth) {
          product_tile<kTransposed, 2>(of_rows, z + c, depth, to);
        } else {
          product_tile<kTransposed, 1>(of_rows, z + c, depth, to);
        }
      }
    }
  }
}

// In double: the factor may be out of range for float32 where the result is not.
void write_row(const float* x, const float* product, float total, double factor, int64_t d,
               float* out) {
  for (; d > 0; d -= kPanel, x += kBlock * kPanel, product += kBlock * kPanel, out += kPanel) {
    if (d >= kPanel) {
      for (int k = 0; k < kPanel; k++) {
        out[k] = static_cast<float>(factor * (x[k] * total - product[k]));
      }
    } else {
      for (int k = 0; k < d; k++) out[k] = static_cast<float>(factor * (x[k] * total - product[k]));
    }
  }
}

void apply_pair(const Job& job, int64_t I, const Set& set, int64_t J, Scratch& scratch) {
  const int rows = job.anchors.rows_in(I), columns = set.rows_in(J);
  const int64_t size = job.panels_size();
  for (int r = 0; r < rows; r++) job.row_sums[I * kBlock + r] += scratch.row_totals[r];
  add_product<false>(job, scratch.tile, rows, columns, set.panels + J * size,
                     job.product + I * size);
  if (&set != &job.anchors || I == J) return;
  for (int c = 0; c < columns; c++) job.row_sums[J * kBlock + c] += scratch.column_totals[c];
  add_product<true>(job, scratch.tile, columns, rows, job.anchors.panels + I * size,
                    job.product + J * size);
}
