// One register tile of half distances |x|^2 / 2 + |z|^2 / 2 - x.z, or of products x.z when more
// features follow. Sums over kPass features are added up: the rounding of one sum grows with its length.
SNNL_INLINE void distance_tile(const float* x, const float* z, int64_t features, bool first,
                               bool last, const float* x_norms, const float* z_norms, float* out,
                               Vector::F& least) {
  constexpr int kRows = Vector::kTileRows, kWidth = Vector::kWidth;
  Vector::F sum[kRows][2];
  SNNL_UNROLL for (int r = 0; r < kRows; r++) {
    SNNL_UNROLL for (int c = 0; c < 2; c++) {
      sum[r][c] = Vector::set(0);
    }
  }
  for (int64_t k = 0; k < features; k++) {
    const Vector::F z0 = Vector::load(z + k * kBlock), z1 = Vector::load(z + k * kBlock + kWidth);
    SNNL_UNROLL for (int r = 0; r < kRows; r++) {
      const Vector::F xr = Vector::set(x[k * kBlock + r]);
      sum[r][0] = Vector::fma(xr, z0, sum[r][0]);
      sum[r][1] = Vector::fma(xr, z1, sum[r][1]);
    }
  }
  if (!first) {
    SNNL_UNROLL for (int r = 0; r < kRows; r++) {
      SNNL_UNROLL for (int c = 0; c < 2; c++) {
        sum[r][c] = Vector::add(Vector::load(out + r * kBlock + c * kWidth), sum[r][c]);
      }
    }
  }
  const Vector::F z0 = Vector::load(z_norms), z1 = Vector::load(z_norms + kWidth);
  SNNL_UNROLL for (int r = 0; r < kRows; r++) {
    if (last) {
      const Vector::F norm = Vector::set(x_norms[r]), zero = Vector::set(0);
      sum[r][0] = Vector::max(Vector::sub(Vector::add(norm, z0), sum[r][0]), zero);
      sum[r][1] = Vector::max(Vector::sub(Vector::add(norm, z1), sum[r][1]), zero);
      least = Vector::min(least, Vector::min(sum[r][0], sum[r][1]));
    }
    Vector::store(out + r * kBlock, sum[r][0]);
    Vector::store(out + r * kBlock + kWidth, sum[r][1]);
  }
}

// Half distances between blocks I and J; kNoPair for pairs that do not count. Returns the least.
float distances(const Job& job, int64_t I, const Set& set, int64_t J, float* tile) {
  constexpr int kRows = Vector::kTileRows, kColumns = 2 * Vector::kWidth;
  const int rows = job.anchors.rows_in(I), columns = set.rows_in(J);
  const float* x = job.anchors.columns + I * job.columns_size();
  const float* z = set.columns + J * job.columns_size();
  const float* x_norms = job.anchors.half_norms + I * kBlock;
  const float* z_norms = set.half_norms + J * kBlock;
  Vector::F least = Vector::set(kNoPair);
  int64_t k = 0;
  do {
    const int64_t rest = job.features - k, part = rest < kPass ? rest : kPass;
    const bool last = part == rest;
    for (int c = 0; c < columns; c += kColumns) {
      for (int r = 0; r < rows; r += kRows) {
        distance_tile(x + k * kBlock + r, z + k * kBlock + c, part, k == 0, last, x_norms + r,
                      z_norms + c, tile + r * kBlock + c, least);
      }
    }
    k += part;
  } while (k < job.features);

  if (&set == &job.anchors && I == J) {
    least = Vector::set(kNoPair);
    for (int r = 0; r < rows; r++) {
      tile[r * kBlock + r] = kNoPair;
      for (int c = 0; c < columns; c += Vector::kWidth) {
        least = Vector::min(least, Vector::load(tile + r * kBlock + c));
      }
    }
  } else if (&set == &job.others && job.excluded) {
    const int32_t* excluded = job.excluded + I * kBlock;
    for (int r = 0; r < rows; r++) {
      const int64_t c = excluded[r] - J * kBlock;
      if (excluded[r] >= 0 && c >= 0 && c < columns) tile[r * kBlock + c] = kNoPair;
    }
  }
  return Vector::least(least);
}

// Kinds of pairs that blocks I and J may hold: their rows are sorted by class.
int kinds_of(const Set& rows, int64_t I, const Set& columns, int64_t J) {
  const int32_t* a = rows.classes + I * kBlock;
  const int32_t* b = columns.classes + J * kBlock;
  const int32_t a1 = a[rows.rows_in(I) - 1], b1 = b[columns.rows_in(J) - 1];
  if (a1 < b[0] || b1 < a[0]) return kDifferent;
  return a[0] == a1 && b[0] == b1 && a1 == b1 ? kSame : kDifferent | kSame;
}
