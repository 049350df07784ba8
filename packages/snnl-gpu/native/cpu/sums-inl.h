// Sums below these are taken again with a reference for each row and column. float32 has room for
// 2^-126: only what is below 2^-46 of a sum is lost until then, or of the sum weighted by h.
constexpr float kPlainSum = 0x1p-40f, kLeastSum = 0x1p-80f;

int vectors_of(int columns) { return (columns + Vector::kWidth - 1) / Vector::kWidth; }

// Whether the first `count` sums are all large enough, but for those of no pair.
bool reach(const TileStats& stats, int kind, int count) {
  bool all = true;
  for (int k = 0; k < count; k++) {
    const float sum = stats.sum[kind][k], weighted = stats.weighted[kind][k];
    all &= sum >= kPlainSum || (sum >= kLeastSum && weighted >= kLeastSum) || stats.least[kind][k] == kNoPair;
  }
  return all;
}

// Reduces `lanes` [rows][kWidth] to out [rows].
void reduce_lanes(const float* lanes, int rows, float* out) {
  for (int r = 0; r < rows; r++) out[r] = Vector::total(Vector::load(lanes + r * Vector::kWidth));
}

// Makes sums relative to the half distance `from` sums relative to the least one of each.
void correct(const float* least, float* sum, float* weighted, int count, Vector::F from, Vector::F k) {
  // Of padding, and of no pair, it may be anything.
  const Vector::F most = Vector::set(96);
  for (int c = 0; c < count; c += Vector::kWidth) {
    const Vector::F t = exponent_of(from, Vector::load(least + c), k);
    const Vector::F factor = exp2_of(Vector::min(Vector::sub(Vector::set(0), t), most));
    Vector::store(sum + c, Vector::mul(Vector::load(sum + c), factor));
    Vector::store(weighted + c, Vector::mul(Vector::load(weighted + c), factor));
  }
}

// Sums of rows and columns with one exponential a pair: 2^((base - h) scale), where base is the least
// half distance of the tile. False if a row or a column is so much farther that its sum has no digits
// left.
bool narrow_sums(const float* tile, int rows, int columns, float base, float scale, int kind,
                 Scratch& scratch) {
  constexpr int kWidth = Vector::kWidth, kGroup = 4;
  const Vector::F from = Vector::set(base), k = Vector::set(scale);
  float *sums = scratch.lanes, *weighted = sums + kBlock * kWidth, *leasts = weighted + kBlock * kWidth;
  TileStats &of_rows = scratch.rows, &of_columns = scratch.columns;
  float *column_sum = of_columns.sum[kind], *column_weighted = of_columns.weighted[kind];
  float* column_least = of_columns.least[kind];
  const int width = vectors_of(columns) * kWidth;
  for (int c = 0; c < width; c++) {
    column_sum[c] = column_weighted[c] = 0;
    column_least[c] = kNoPair;
  }
  const auto group = [&](int r, auto count) SNNL_INLINE_LAMBDA {
    constexpr int kCount = decltype(count)::value;
    Vector::F row_sum[kCount], row_weighted[kCount], row_least[kCount];
    SNNL_UNROLL for (int g = 0; g < kCount; g++) {
      row_sum[g] = row_weighted[g] = Vector::set(0);
      row_least[g] = Vector::set(kNoPair);
    }
    for (int c = 0; c < width; c += kWidth) {
      Vector::F of_column = Vector::load(column_sum + c);
      Vector::F of_weighted = Vector::load(column_weighted + c);
      Vector::F of_least = Vector::load(column_least + c);
      SNNL_UNROLL for (int g = 0; g < kCount; g++) {
        const Vector::F h = Vector::load(tile + (r + g) * kBlock + c);
        const Vector::F e = exp2_of(exponent_of(from, h, k)), w = Vector::mul(e, h);
        row_sum[g] = Vector::add(row_sum[g], e);
        row_weighted[g] = Vector::add(row_weighted[g], w);
        row_least[g] = Vector::min(row_least[g], h);
        of_column = Vector::add(of_column, e);
        of_weighted = Vector::add(of_weighted, w);
        of_least = Vector::min(of_least, h);
      }
      Vector::store(column_sum + c, of_column);
      Vector::store(column_weighted + c, of_weighted);
      Vector::store(column_least + c, of_least);
    }
    SNNL_UNROLL for (int g = 0; g < kCount; g++) {
      Vector::store(sums + (r + g) * kWidth, row_sum[g]);
      Vector::store(weighted + (r + g) * kWidth, row_weighted[g]);
      Vector::store(leasts + (r + g) * kWidth, row_least[g]);
    }
  };
  int r = 0;
  for (; r + kGroup <= rows; r += kGroup) group(r, Count<kGroup>());
  for (; r < rows; r++) group(r, Count<1>());
  reduce_lanes(sums, rows, of_rows.sum[kind]);
  reduce_lanes(weighted, rows, of_rows.weighted[kind]);
  for (r = 0; r < rows; r++) {
    of_rows.least[kind][r] = Vector::least(Vector::load(leasts + r * kWidth));
  }
  if (!reach(of_rows, kind, rows) || !reach(of_columns, kind, columns)) return false;
  correct(of_rows.least[kind], of_rows.sum[kind], of_rows.weighted[kind], rows, from, k);
  correct(column_least, column_sum, column_weighted, width, from, k);
  return true;
}

// The same with two exponentials a pair, each relative to the least half distance of its row or column,
// whatever the spread.
void wide_sums(const float* tile, int rows, int columns, float scale, int kind, Scratch& scratch) {
  constexpr int kWidth = Vector::kWidth;
  const Vector::F k = Vector::set(scale), none = Vector::set(kNoPair);
  const int width = vectors_of(columns) * kWidth;
  TileStats &of_rows = scratch.rows, &of_columns = scratch.columns;
  for (int c = 0; c < width; c += kWidth) {
    Vector::F least = none;
    for (int r = 0; r < rows; r++) least = Vector::min(least, Vector::load(tile + r * kBlock + c));
    Vector::store(of_columns.least[kind] + c, least);
    Vector::store(of_columns.sum[kind] + c, Vector::set(0));
    Vector::store(of_columns.weighted[kind] + c, Vector::set(0));
  }
  for (int r = 0; r < rows; r++) {
    Vector::F nearest = none;
    for (int c = 0; c < width; c += kWidth) {
      nearest = Vector::min(nearest, Vector::load(tile + r * kBlock + c));
    }
    const float least = Vector::least(nearest);
    Vector::F row_sum = Vector::set(0), row_weighted = row_sum;
    for (int c = 0; c < width; c += kWidth) {
      const Vector::F h = Vector::load(tile + r * kBlock + c);
      const auto relative_to = [&](Vector::F from) SNNL_INLINE_LAMBDA {
        return Vector::select(Vector::less(h, none), exp2_of(exponent_of(from, h, k)), Vector::set(0));
      };
      const Vector::F of_row = relative_to(Vector::set(least));
      row_sum = Vector::add(row_sum, of_row);
      row_weighted = Vector::fma(of_row, h, row_weighted);
      const Vector::F of_column = relative_to(Vector::load(of_columns.least[kind] + c));
      float *sum = of_columns.sum[kind] + c, *weighted = of_columns.weighted[kind] + c;
      Vector::store(sum, Vector::add(Vector::load(sum), of_column));
      Vector::store(weighted, Vector::fma(of_column, h, Vector::load(weighted)));
    }
    of_rows.least[kind][r] = least;
    of_rows.sum[kind][r] = Vector::total(row_sum);
    of_rows.weighted[kind][r] = Vector::total(row_weighted);
  }
}

// Same-class half distances go to scratch.same, the others to scratch.tile, where all may lie;
// kNoPair where there was the other. `least` becomes that of each kind.
void split_kinds(const Job& job, int64_t I, const Set& set, int64_t J, const float* tile,
                 Scratch& scratch, float least[2]) {
  const int rows = job.anchors.rows_in(I), width = vectors_of(set.rows_in(J)) * Vector::kWidth;
  const Vector::F none = Vector::set(kNoPair);
  Vector::F nearest[2] = {none, none};
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < width; c += Vector::kWidth) {
      const int at = r * kBlock + c;
      const Vector::F h = Vector::load(tile + at);
      const Vector::M same =
          Vector::equal(set.classes + J * kBlock + c, job.anchors.classes[I * kBlock + r]);
      const Vector::F of_kind[2] = {Vector::select(same, none, h), Vector::select(same, h, none)};
      Vector::store(scratch.tile + at, of_kind[0]);
      Vector::store(scratch.same + at, of_kind[1]);
      for (int kind = 0; kind < 2; kind++) nearest[kind] = Vector::min(nearest[kind], of_kind[kind]);
    }
  }
  for (int kind = 0; kind < 2; kind++) least[kind] = Vector::least(nearest[kind]);
}

// Sums of a tile of half distances, which may be that of scratch; `base` is the least.
void sum_tile(const Job& job, int64_t I, const Set& set, int64_t J, const float* tile, float base,
              Scratch& scratch) {
  const int rows = job.anchors.rows_in(I), columns = set.rows_in(J);
  const int kinds = scratch.kinds = kinds_of(job.anchors, I, set, J);
  const bool mixed = kinds == (kDifferent | kSame);
  float least[2] = {base, base};
  if (mixed) split_kinds(job, I, set, J, tile, scratch, least);
  for (int kind = 0; kind < 2; kind++) {
    // The blocks of a pair may hold classes that do not meet, or only a sample and itself.
    if (least[kind] >= kNoPair) scratch.kinds &= ~(kind == 0 ? kDifferent : kSame);
    if (!(scratch.kinds & (kind == 0 ? kDifferent : kSame))) continue;
    const float* pairs = !mixed ? tile : kind == 0 ? scratch.tile : scratch.same;
    if (!narrow_sums(pairs, rows, columns, least[kind], job.scale, kind, scratch)) {
      wide_sums(pairs, rows, columns, job.scale, kind, scratch);
    }
  }
}

void sum_pair(const Job& job, int64_t I, const Set& set, int64_t J, Scratch& scratch) {
  const bool kept = job.tiles && &set == &job.anchors;
  float* tile = kept ? job.tiles + job.pair(I, J) * kBlock * kBlock : scratch.tile;
  const float base = distances(job, I, set, J, tile);
  if (kept) job.leasts[job.pair(I, J)] = base;
  sum_tile(job, I, set, J, tile, base, scratch);
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

// Adds the statistics of a tile's rows, or columns, to the sums of a block of `set`.
void merge_side(const Job& job, const Set& set, int64_t block, const TileStats& stats, int kinds) {
  for (int kind = 0; kind < 2; kind++) {
    if (!(kinds & (kind == 0 ? kDifferent : kSame))) continue;
    merge_sums(stats, kind, set.sums[kind], block * kBlock, set.rows_in(block), job.scale);
  }
}

void merge_pair(const Job& job, int64_t I, const Set& set, int64_t J, Scratch& scratch) {
  merge_side(job, job.anchors, I, scratch.rows, scratch.kinds);
  const bool both = set.sums[0].sum && (&set != &job.anchors || I != J);
  if (both) merge_side(job, set, J, scratch.columns, scratch.kinds);
}
