// Sums below this are taken again with a reference for each row and column: float32 has room for
// 2^-126, and only what is below 2^-86 of a sum is lost until then.
constexpr float kLeastSum = 0x1p-40f;

int vectors_of(int columns) { return (columns + Vector::kWidth - 1) / Vector::kWidth; }

// Whether the first `count` entries all reach kLeastSum.
bool reach(const float* sums, int count) {
  Vector::F least = Vector::set(kLeastSum);
  int k = 0;
  for (; k + Vector::kWidth <= count; k += Vector::kWidth) {
    least = Vector::min(Vector::load(sums + k), least);
  }
  bool all = Vector::least(least) >= kLeastSum;
  for (; k < count; k++) all = all && sums[k] >= kLeastSum;
  return all;
}

// Reduces `lanes` [rows][kWidth] to out [rows].
void reduce_lanes(const float* lanes, int rows, float* out) {
  for (int r = 0; r < rows; r++) out[r] = Vector::total(Vector::load(lanes + r * Vector::kWidth));
}

// Sums of rows and columns with one reference for all: the least half distance of the tile. False
// if a row or a column is so much farther that its sum has no digits left.
bool narrow_sums(const float* tile, int rows, int columns, float base, float scale, int kind,
                 Scratch& scratch) {
  constexpr int kWidth = Vector::kWidth, kGroup = 4;
  const Vector::F from = Vector::set(base), k = Vector::set(scale);
  float *sums = scratch.lanes, *weighted = scratch.lanes + kBlock * kWidth;
  float *column_sum = scratch.columns.sum[kind], *column_weighted = scratch.columns.weighted[kind];
  const int vectors = vectors_of(columns);
  for (int c = 0; c < vectors * kWidth; c++) column_sum[c] = column_weighted[c] = 0;
  int r = 0;
  for (; r + kGroup <= rows; r += kGroup) {
    Vector::F row_sum[kGroup], row_weighted[kGroup];
    SNNL_UNROLL for (int g = 0; g < kGroup; g++) row_sum[g] = row_weighted[g] = Vector::set(0);
    for (int c = 0; c < vectors * kWidth; c += kWidth) {
      Vector::F of_column = Vector::load(column_sum + c);
      Vector::F of_weighted = Vector::load(column_weighted + c);
      SNNL_UNROLL for (int g = 0; g < kGroup; g++) {
        const Vector::F h = Vector::load(tile + (r + g) * kBlock + c);
        const Vector::F e = exp2_of(exponent_of(from, h, k)), w = Vector::mul(e, h);
        row_sum[g] = Vector::add(row_sum[g], e);
        row_weighted[g] = Vector::add(row_weighted[g], w);
        of_column = Vector::add(of_column, e);
        of_weighted = Vector::add(of_weighted, w);
      }
      Vector::store(column_sum + c, of_column);
      Vector::store(column_weighted + c, of_weighted);
    }
    SNNL_UNROLL for (int g = 0; g < kGroup; g++) {
      Vector::store(sums + (r + g) * kWidth, row_sum[g]);
      Vector::store(weighted + (r + g) * kWidth, row_weighted[g]);
    }
  }
  for (; r < rows; r++) {
    Vector::F row_sum = Vector::set(0), row_weighted = row_sum;
    for (int c = 0; c < vectors * kWidth; c += kWidth) {
      const Vector::F h = Vector::load(tile + r * kBlock + c);
      const Vector::F e = exp2_of(exponent_of(from, h, k)), w = Vector::mul(e, h);
      row_sum = Vector::add(row_sum, e);
      row_weighted = Vector::add(row_weighted, w);
      Vector::store(column_sum + c, Vector::add(Vector::load(column_sum + c), e));
      Vector::store(column_weighted + c, Vector::add(Vector::load(column_weighted + c), w));
    }
    Vector::store(sums + r * kWidth, row_sum);
    Vector::store(weighted + r * kWidth, row_weighted);
  }
  reduce_lanes(sums, rows, scratch.rows.sum[kind]);
  if (!reach(scratch.rows.sum[kind], rows) || !reach(column_sum, columns)) return false;
  reduce_lanes(weighted, rows, scratch.rows.weighted[kind]);
  for (int i = 0; i < kBlock; i++) {
    scratch.rows.least[kind][i] = scratch.columns.least[kind][i] = base;
  }
  return true;
}

// Makes sums relative to 2^exponent sums relative to the least half distance itself.
void correct(float* least, float* sum, float* weighted, int count, Vector::F from, Vector::F k) {
  for (int c = 0; c < count; c += Vector::kWidth) {
    const Vector::F t = exponent_of(from, Vector::load(least + c), k);
    const Vector::F factor = exp2_of(Vector::sub(Vector::round(t), t));
    Vector::store(sum + c, Vector::mul(Vector::load(sum + c), factor));
    Vector::store(weighted + c, Vector::mul(Vector::load(weighted + c), factor));
  }
}

// The same with a reference for each row and column, whatever the spread: one exponential a pair,
// number and exponent apart, serves both.
void wide_sums(const float* tile, int rows, int columns, float base, float scale, int kind,
               Scratch& scratch) {
  constexpr int kWidth = Vector::kWidth;
  const Vector::F from = Vector::set(base), k = Vector::set(scale), none = Vector::set(kNoPair);
  const int width = vectors_of(columns) * kWidth;
  TileStats &of_rows = scratch.rows, &of_columns = scratch.columns;
  float* column_exponents = scratch.lanes;
  for (int c = 0; c < width; c += kWidth) {
    Vector::F least = none;
    for (int r = 0; r < rows; r++) least = Vector::min(least, Vector::load(tile + r * kBlock + c));
    Vector::store(of_columns.least[kind] + c, least);
    Vector::store(column_exponents + c, Vector::round(exponent_of(from, least, k)));
    Vector::store(of_columns.sum[kind] + c, Vector::set(0));
    Vector::store(of_columns.weighted[kind] + c, Vector::set(0));
  }
  for (int r = 0; r < rows; r++) {
    Vector::F nearest = none;
    for (int c = 0; c < width; c += kWidth) {
      nearest = Vector::min(nearest, Vector::load(tile + r * kBlock + c));
    }
    const float least = Vector::least(nearest);
    const Vector::F exponent = Vector::round(exponent_of(from, Vector::set(least), k));
    Vector::F row_sum = Vector::set(0), row_weighted = row_sum;
    for (int c = 0; c < width; c += kWidth) {
      const Vector::F h = Vector::load(tile + r * kBlock + c);
      const Power e = power(exponent_of(from, h, k));
      const Vector::F number = Vector::select(Vector::less(h, none), e.number, Vector::set(0));
      const Vector::F of_row = Vector::scale(number, Vector::sub(e.exponent, exponent));
      row_sum = Vector::add(row_sum, of_row);
      row_weighted = Vector::fma(of_row, h, row_weighted);
      const Vector::F of_column = Vector::scale(
          number, Vector::sub(e.exponent, Vector::load(column_exponents + c)));
      float *sum = of_columns.sum[kind] + c, *weighted = of_columns.weighted[kind] + c;
      Vector::store(sum, Vector::add(Vector::load(sum), of_column));
      Vector::store(weighted, Vector::fma(of_column, h, Vector::load(weighted)));
    }
    of_rows.least[kind][r] = least;
    of_rows.sum[kind][r] = Vector::total(row_sum);
    of_rows.weighted[kind][r] = Vector::total(row_weighted);
  }
  correct(of_rows.least[kind], of_rows.sum[kind], of_rows.weighted[kind], kBlock, from, k);
  correct(of_columns.least[kind], of_columns.sum[kind], of_columns.weighted[kind], width, from, k);
}

// Same-class half distances go to scratch.same, the others to scratch.tile, where all may lie;
// kNoPair where there was the other.
void split_kinds(const Job& job, int64_t I, const Set& set, int64_t J, const float* tile,
                 Scratch& scratch) {
  const int rows = job.anchors.rows_in(I), width = vectors_of(set.rows_in(J)) * Vector::kWidth;
  const Vector::F none = Vector::set(kNoPair);
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < width; c += Vector::kWidth) {
      const int at = r * kBlock + c;
      const Vector::F h = Vector::load(tile + at);
      const Vector::M same =
          Vector::equal(set.classes + J * kBlock + c, job.anchors.classes[I * kBlock + r]);
      Vector::store(scratch.same + at, Vector::select(same, h, none));
      Vector::store(scratch.tile + at, Vector::select(same, none, h));
    }
  }
}

void sum_pair(const Job& job, int64_t I, const Set& set, int64_t J, Scratch& scratch) {
  const int rows = job.anchors.rows_in(I), columns = set.rows_in(J);
  const bool kept = job.tiles && &set == &job.anchors;
  float* tile = kept ? job.tiles + job.pair(I, J) * kBlock * kBlock : scratch.tile;
  const float base = distances(job, I, set, J, tile);
  if (kept) job.leasts[job.pair(I, J)] = base;
  const int kinds = scratch.kinds = kinds_of(job.anchors, I, set, J);
  if (kinds == (kDifferent | kSame)) {
    split_kinds(job, I, set, J, tile, scratch);
    wide_sums(scratch.tile, rows, columns, base, job.scale, 0, scratch);
    wide_sums(scratch.same, rows, columns, base, job.scale, 1, scratch);
    return;
  }
  const int kind = kinds == kSame;
  if (!narrow_sums(tile, rows, columns, base, job.scale, kind, scratch)) {
    wide_sums(tile, rows, columns, base, job.scale, kind, scratch);
  }
}

void merge_sums(const TileStats& tile, int kind, const Sums& sums, int64_t at, int count,
                float scale) {
  const Vector::F k = Vector::set(scale), none = Vector::set(kNoPair), zero = Vector::set(0);
  for (int c = 0; c < count; c += Vector::kWidth) {
    const Vector::F sum = Vector::load(tile.sum[kind] + c);
    const Vector::F least =
        Vector::select(Vector::less(zero, sum), Vector::load(tile.least[kind] + c), none);
    const Vector::F before = Vector::load(sums.least + at + c), now = Vector::min(before, least);
    const Vector::F f = exp2_of(exponent_of(now, before, k));
    const Vector::F g = exp2_of(exponent_of(now, least, k));
    const Vector::F old_sum = Vector::mul(Vector::load(sums.sum + at + c), f);
    const Vector::F old_weighted = Vector::mul(Vector::load(sums.weighted + at + c), f);
    Vector::store(sums.least + at + c, now);
    Vector::store(sums.sum + at + c, Vector::fma(sum, g, old_sum));
    Vector::store(sums.weighted + at + c,
                  Vector::fma(Vector::load(tile.weighted[kind] + c), g, old_weighted));
  }
}

void merge_pair(const Job& job, int64_t I, const Set& set, int64_t J, Scratch& scratch) {
  const bool both = &set == &job.anchors && I != J;
  for (int kind = 0; kind < 2; kind++) {
    if (!(scratch.kinds & (kind == 0 ? kDifferent : kSame))) continue;
    merge_sums(scratch.rows, kind, job.sums[kind], I * kBlock, job.anchors.rows_in(I), job.scale);
    if (both) {
      merge_sums(scratch.columns, kind, job.sums[kind], J * kBlock, set.rows_in(J), job.scale);
    }
  }
}
