// Kernels of a small batch against itself (batch.h).

// Features of a row of the set from those that were given, before centring: as if by one factor with twice
// the digits, for a row of length 1 is to be as exact as float32 can be.
struct RowFactors {
  float power, high, low;
  SNNL_INLINE Vector::F operator()(const float* x) const {
    return Vector::times(Vector::mul(Vector::loadu(x), Vector::set(power)), high, low);
  }
  SNNL_INLINE float of(float x) const {
    return static_cast<float>(x * power * (static_cast<double>(high) + low));
  }
};

SNNL_INLINE RowFactors factors_of(const BatchJob& batch, int64_t at) {
  return {batch.factors[0][at], batch.factors[1][at], batch.factors[2][at]};
}

// Factors that make a row of x, at place `at` of the set, as long as 1, and what its norm then lacks; adds
// the row to `sums`. A row of zeros stays zero, one that is not finite becomes NaN.
void unit_factors(const BatchJob& batch, const float* x, int64_t at, float* sums) {
  const int64_t d = batch.job.features;
  const double inverse = inverse_length(x, d);
  int exponent = 0;
  std::frexp(inverse, &exponent);
  exponent = exponent > 126 ? 126 : exponent < -126 ? -126 : exponent;
  const double rest = std::ldexp(inverse, -exponent);
  batch.factors[0][at] = static_cast<float>(std::ldexp(1.0, exponent));
  batch.factors[1][at] = static_cast<float>(rest);
  batch.factors[2][at] = static_cast<float>(rest - static_cast<float>(rest));
  batch.norm_rests[at] = inverse == 0 ? -0.5f : 0;
  const RowFactors factors = factors_of(batch, at);
  int64_t k = 0;
  for (; k + Vector::kWidth <= d; k += Vector::kWidth) {
    Vector::storeu(sums + k, Vector::add(Vector::loadu(sums + k), factors(x + k)));
  }
  for (; k < d; k++) sums[k] += factors.of(x[k]);
}

// Row `at` of the set, features [from, from + count) to `out`, centred.
SNNL_INLINE void place_row(const BatchJob& batch, int64_t at, int64_t from, int count, float* out) {
  const Job& job = batch.job;
  const float* x = job.anchors.raw + job.anchors.order[at] * job.features + from;
  const float* center = job.center + from;
  const RowFactors factors = factors_of(batch, at);
  int k = 0;
  for (; k + Vector::kWidth <= count; k += Vector::kWidth) {
    Vector::store(out + k, Vector::sub(factors(x + k), Vector::loadu(center + k)));
  }
  for (; k < count; k++) out[k] = factors.of(x[k]) - center[k];
}

// Columns [count][kBlock] of a block, features [from, from + count).
void place_columns(const BatchJob& batch, int64_t block, int64_t from, int64_t count, float* columns) {
  constexpr int kSide = 16;
  const int rows = batch.job.anchors.rows_in(block);
  alignas(64) float square[kSide][kSide] = {};
  for (int first = 0; first < rows; first += kSide) {
    const int height = rows - first < kSide ? rows - first : kSide;
    for (int r = height; r < kSide; r++) {
      for (int k = 0; k < kSide; k++) square[r][k] = 0;
    }
    for (int64_t k = 0; k < count; k += kSide) {
      const int width = count - k < kSide ? static_cast<int>(count - k) : kSide;
      for (int r = 0; r < height; r++) {
        place_row(batch, block * kBlock + first + r, from + k, width, square[r]);
      }
      for (int c = 0; c < width; c++) {
        float* to = columns + (k + c) * kBlock + first;
        for (int r = 0; r < kSide; r++) to[r] = square[r][c];
      }
    }
  }
}

// Products of the columns of two blocks, to a tile or, where some are there before, added to it.
void multiply_columns(const float* x, int rows, const float* z, int columns, int64_t count, bool first,
                      float* tile) {
  constexpr int kRows = Vector::kTileRows, kColumns = 2 * Vector::kWidth;
  // The products are left as they are: norms do not matter.
  Vector::F least = Vector::set(0);
  for (int c = 0; c < columns; c += kColumns) {
    for (int r = 0; r < rows; r += kRows) {
      distance_tile(x + r, z + c, count, first, false, x, z, tile + r * kBlock + c, least);
    }
  }
}

// Half distances of a pair of blocks from its products, and their sums; kNoPair beyond the last row and
// column, and for a sample with itself. The product of a sample with itself is its squared norm, in
// the same order of additions, so that equal rows are at distance 0.
void sum_batch_pair(const BatchJob& batch, int64_t I, int64_t J, Scratch& scratch) {
  const Job& job = batch.job;
  const int rows = job.anchors.rows_in(I), columns = job.anchors.rows_in(J);
  const int64_t pair = job.pair(I, J), pairs = job.pair(job.anchors.blocks - 1, job.anchors.blocks - 1) + 1;
  const auto products = [&](int64_t of, int64_t slab) {
    return batch.products + (slab * pairs + of) * kBlock * kBlock;
  };
  const auto half_norm = [&](int64_t block, int row) {
    float sum = 0;
    for (int64_t s = 0; s < batch.slabs; s++) sum += products(job.pair(block, block), s)[row * kBlock + row];
    return 0.5f * sum;
  };
  alignas(64) float norms[kBlock];
  for (int c = 0; c < kBlock; c++) norms[c] = c < columns ? half_norm(J, c) : kNoPair;
  float* tile = job.tiles + pair * kBlock * kBlock;
  Vector::F least = Vector::set(kNoPair);
  for (int r = 0; r < rows; r++) {
    const Vector::F norm = Vector::set(half_norm(I, r));
    float* to = tile + r * kBlock;
    for (int c = 0; c < kBlock; c += Vector::kWidth) {
      if (c >= columns) {
        Vector::store(to + c, Vector::set(kNoPair));
        continue;
      }
      Vector::F sum = Vector::load(products(pair, 0) + r * kBlock + c);
      for (int64_t s = 1; s < batch.slabs; s++) {
        sum = Vector::add(sum, Vector::load(products(pair, s) + r * kBlock + c));
      }
      const Vector::F h = Vector::max(Vector::sub(Vector::add(norm, Vector::load(norms + c)), sum), Vector::set(0));
      Vector::store(to + c, h);
    }
    for (int c = columns; c < (columns + Vector::kWidth - 1) / Vector::kWidth * Vector::kWidth; c++) to[c] = kNoPair;
    if (I == J) to[r] = kNoPair;
    for (int c = 0; c < columns; c += Vector::kWidth) least = Vector::min(least, Vector::load(to + c));
  }
  for (int at = rows * kBlock; at < kBlock * kBlock; at++) tile[at] = 0;
  job.leasts[pair] = Vector::least(least);
  sum_tile(job, I, job.anchors, J, tile, job.leasts[pair], scratch);
}

// G of a pair of blocks, with its sums over rows and columns.
void weigh_batch_pair(const BatchJob& batch, int64_t I, int64_t J, Scratch& scratch) {
  const Job& job = batch.job;
  weigh_pair(job, I, job.anchors, J, scratch);
  const int rows = job.anchors.rows_in(I), columns = job.anchors.rows_in(J);
  const int64_t pair = job.pair(I, J);
  float *totals = batch.totals + pair * 2 * kBlock, *along = batch.along + pair * 2 * kBlock;
  for (int k = 0; k < kBlock; k++) {
    totals[k] = scratch.row_totals[k];
    totals[kBlock + k] = scratch.column_totals[k];
  }
  const int whole = (columns + Vector::kWidth - 1) / Vector::kWidth * Vector::kWidth;
  float* const G = batch.G + pair * kBlock * kBlock;
  for (int at = 0; at < rows * kBlock; at += Vector::kWidth) Vector::store(G + at, Vector::load(scratch.tile + at));
  if (!batch.cosine) return;
  const float* half = job.tiles + pair * kBlock * kBlock;
  const float *of_rows = batch.norm_rests + I * kBlock, *of_columns = batch.norm_rests + J * kBlock;
  for (int c = 0; c < kBlock; c++) along[kBlock + c] = 0;
  for (int r = 0; r < rows; r++) {
    Vector::F sum = Vector::set(0);
    for (int c = 0; c < whole; c += Vector::kWidth) {
      const Vector::F G = Vector::load(scratch.tile + r * kBlock + c), h = Vector::load(half + r * kBlock + c);
      sum = Vector::fma(G, Vector::sub(h, Vector::load(of_columns + c)), sum);
      const Vector::F of_column = Vector::load(along + kBlock + c);
      Vector::store(along + kBlock + c, Vector::fma(G, Vector::sub(h, Vector::set(of_rows[r])), of_column));
    }
    along[r] = Vector::total(sum);
  }
}

// out [kTileRows][kPanel] = G z, for the rows from `row` on of block I. Of each pair of blocks G is there once.
template <int kVectors>
SNNL_INLINE void batch_tile(const BatchJob& batch, int64_t I, int row, const float* z, float* out) {
  constexpr int kRows = Vector::kTileRows, kWidth = Vector::kWidth;
  const Set& set = batch.job.anchors;
  Vector::F sum[kRows][kVectors];
  SNNL_UNROLL for (int r = 0; r < kRows; r++) {
    SNNL_UNROLL for (int c = 0; c < kVectors; c++) sum[r][c] = Vector::set(0);
  }
  const auto add = [&](const float* g, int step, const float* zk) SNNL_INLINE_LAMBDA {
    Vector::F zs[kVectors];
    SNNL_UNROLL for (int c = 0; c < kVectors; c++) zs[c] = Vector::load(zk + c * kWidth);
    SNNL_UNROLL for (int r = 0; r < kRows; r++) {
      const Vector::F gr = Vector::set(g[r * step]);
      SNNL_UNROLL for (int c = 0; c < kVectors; c++) sum[r][c] = Vector::fma(gr, zs[c], sum[r][c]);
    }
  };
  for (int64_t J = 0; J < set.blocks; J++) {
    const int depth = set.rows_in(J);
    const float* zj = z + J * kBlock * kPanel;
    if (I <= J) {
      const float* g = batch.G + batch.job.pair(I, J) * kBlock * kBlock + row * kBlock;
      for (int k = 0; k < depth; k++) add(g + k, kBlock, zj + k * kPanel);
    } else {
      const float* g = batch.G + batch.job.pair(J, I) * kBlock * kBlock + row;
      for (int k = 0; k < depth; k++) add(g + k * kBlock, 1, zj + k * kPanel);
    }
  }
  SNNL_UNROLL for (int r = 0; r < kRows; r++) {
    SNNL_UNROLL for (int c = 0; c < kVectors; c++) Vector::store(out + r * kPanel + c * kWidth, sum[r][c]);
  }
}

// The gradient of a panel of features, in the caller's order. z: [width][kPanel], to work with.
void write_batch_panel(const BatchJob& batch, int64_t panel, const RowFinish* finish, float* z, float* grad) {
  constexpr int kRows = Vector::kTileRows, kColumns = 2 * Vector::kWidth;
  const Job& job = batch.job;
  const int64_t n = job.anchors.count, from = panel * kPanel, rest = job.features - from;
  const int count = rest < kPanel ? static_cast<int>(rest) : kPanel;
  const int used = (count + Vector::kWidth - 1) / Vector::kWidth * Vector::kWidth;
  for (int64_t at = 0; at < n; at++) {
    place_row(batch, at, from, count, z + at * kPanel);
    for (int k = count; k < used; k++) z[at * kPanel + k] = 0;
  }
  alignas(64) float product[kRows * kPanel];
  const float* center = job.center + from;
  for (int64_t first = 0; first < n; first += kRows) {
    const int64_t I = first / kBlock;
    const int row = static_cast<int>(first % kBlock);
    for (int c = 0; c < count; c += kColumns) {
      if (count - c > Vector::kWidth) {
        batch_tile<2>(batch, I, row, z + c, product + c);
      } else {
        batch_tile<1>(batch, I, row, z + c, product + c);
      }
    }
    for (int r = 0; r < kRows && first + r < n; r++) {
      const RowFinish& f = finish[first + r];
      const float *x = z + (first + r) * kPanel, *p = product + r * kPanel;
      float* out = grad + job.anchors.order[first + r] * job.features + from;
      const double own = f.total - f.along;
      if (count == kPanel) {
        for (int k = 0; k < kPanel; k++) {
          out[k] = static_cast<float>(f.factor * (own * x[k] - f.along * center[k] - p[k]));
        }
      } else {
        for (int k = 0; k < count; k++) {
          out[k] = static_cast<float>(f.factor * (own * x[k] - f.along * center[k] - p[k]));
        }
      }
    }
  }
}
