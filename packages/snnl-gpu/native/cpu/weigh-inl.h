// Backward, equation 5: a tile of half distances, which may be that of scratch, becomes G there, but
// for the factor -1/T.
//
// One exponential a pair serves the weights of its row and its column: 2^((base - h) scale), where
// base is the least half distance of the tile, and each weight a exp(-A) 2^(-base scale). Where the
// weights overflow, number and exponent are kept apart.

constexpr float kLargestExponent = 60;

// Weights of the rows of a block relative to `base`: number and exponent for pairs of different
// class, then for pairs of the same class, where the weight of B adds to that of A. Returns the
// largest exponent of the kinds given.
float block_weights(const Set& set, int64_t block, float base, float scale, int kinds,
                    float out[4][kBlock]) {
  const Vector::F from = Vector::set(-base), k = Vector::set(scale), zero = Vector::set(0);
  const Vector::F most = Vector::set(0x1p99f), nothing = Vector::set(-0x1p99f);
  Vector::F largest = nothing;
  for (int c = 0; c < kBlock; c += Vector::kWidth) {
    const int64_t at = block * kBlock + c;
    Vector::F number[2], exponent[2];
    for (int kind = 0; kind < 2; kind++) {
      const Vector::F weight = Vector::load(set.weights[2 * kind] + at);
      const Vector::F y = Vector::fma(from, k, Vector::load(set.weights[2 * kind + 1] + at));
      const Power e = power(Vector::max(Vector::min(y, most), nothing));
      const Vector::M some = Vector::less(zero, Vector::abs(weight));
      number[kind] = Vector::mul(weight, e.number);
      exponent[kind] = Vector::select(some, e.exponent, nothing);
    }
    const Vector::F of_same = Vector::max(exponent[0], exponent[1]);
    Vector::store(out[0] + c, number[0]);
    Vector::store(out[1] + c, exponent[0]);
    Vector::store(out[2] + c,
                  Vector::add(Vector::scale(number[0], Vector::sub(exponent[0], of_same)),
                              Vector::scale(number[1], Vector::sub(exponent[1], of_same))));
    Vector::store(out[3] + c, of_same);
    if (kinds & kDifferent) largest = Vector::max(largest, exponent[0]);
    if (kinds & kSame) largest = Vector::max(largest, of_same);
  }
  return -Vector::least(Vector::sub(zero, largest));
}

// Makes plain numbers of numbers and exponents.
void join(float weights[4][kBlock]) {
  for (int c = 0; c < kBlock; c += Vector::kWidth) {
    for (int kind = 0; kind < 4; kind += 2) {
      Vector::store(weights[kind] + c, Vector::scale(Vector::load(weights[kind] + c),
                                                     Vector::load(weights[kind + 1] + c)));
    }
  }
}

// G of tiles whose weights are plain numbers.
template <bool kMixed>
void narrow_weights(const Job& job, int64_t I, const Set& set, int64_t J, const float* tile,
                    float base, Scratch& scratch) {
  constexpr int kWidth = Vector::kWidth;
  const int rows = job.anchors.rows_in(I), width = vectors_of(set.rows_in(J)) * kWidth;
  const int pick = !kMixed && scratch.kinds == kSame ? 2 : 0;
  const Vector::F from = Vector::set(base), k = Vector::set(job.scale);
  const float* of_columns = scratch.column_weights[pick];
  for (int c = 0; c < width; c++) scratch.column_totals[c] = 0;
  const auto group = [&](int r, auto count) SNNL_INLINE_LAMBDA {
    constexpr int kCount = decltype(count)::value;
    Vector::F total[kCount];
    SNNL_UNROLL for (int g = 0; g < kCount; g++) total[g] = Vector::set(0);
    for (int c = 0; c < width; c += kWidth) {
      Vector::F column_total = Vector::load(scratch.column_totals + c);
      const Vector::F of_column = Vector::load(of_columns + c);
      SNNL_UNROLL for (int g = 0; g < kCount; g++) {
        const int at = (r + g) * kBlock + c;
        const Vector::F e = exp2_of(exponent_of(from, Vector::load(tile + at), k));
        Vector::F weight = Vector::add(Vector::set(scratch.row_weights[pick][r + g]), of_column);
        if (kMixed) {
          const Vector::M same =
              Vector::equal(set.classes + J * kBlock + c, job.anchors.classes[I * kBlock + r + g]);
          const Vector::F of_same = Vector::add(Vector::set(scratch.row_weights[2][r + g]),
                                                Vector::load(scratch.column_weights[2] + c));
          weight = Vector::select(same, of_same, weight);
        }
        const Vector::F G = Vector::mul(e, weight);
        Vector::store(scratch.tile + at, G);
        total[g] = Vector::add(total[g], G);
        column_total = Vector::add(column_total, G);
      }
      Vector::store(scratch.column_totals + c, column_total);
    }
    SNNL_UNROLL for (int g = 0; g < kCount; g++) {
      Vector::store(scratch.lanes + (r + g) * kWidth, total[g]);
    }
  };
  int r = 0;
  for (; r + 4 <= rows; r += 4) group(r, Count<4>());
  for (; r < rows; r++) group(r, Count<1>());
  reduce_lanes(scratch.lanes, rows, scratch.row_totals);
}

// G of tiles whose weights have exponents of their own.
void wide_weights(const Job& job, int64_t I, const Set& set, int64_t J, const float* tile,
                  float base, Scratch& scratch) {
  constexpr int kWidth = Vector::kWidth;
  const int rows = job.anchors.rows_in(I), width = vectors_of(set.rows_in(J)) * kWidth;
  const Vector::F from = Vector::set(base), k = Vector::set(job.scale), zero = Vector::set(0);
  for (int c = 0; c < width; c++) scratch.column_totals[c] = 0;
  for (int r = 0; r < rows; r++) {
    Vector::F total = zero, of_row[4];
    for (int w = 0; w < 4; w++) of_row[w] = Vector::set(scratch.row_weights[w][r]);
    for (int c = 0; c < width; c += kWidth) {
      const int at = r * kBlock + c;
      const Vector::F h = Vector::load(tile + at);
      const Power e = power(exponent_of(from, h, k));
      const Vector::M same =
          Vector::equal(set.classes + J * kBlock + c, job.anchors.classes[I * kBlock + r]);
      const auto column = [&](int w) SNNL_INLINE_LAMBDA {
        return Vector::load(scratch.column_weights[w] + c);
      };
      const Vector::F u = Vector::mul(Vector::select(same, of_row[2], of_row[0]), e.number);
      const Vector::F m = Vector::add(Vector::select(same, of_row[3], of_row[1]), e.exponent);
      const Vector::F v = Vector::mul(Vector::select(same, column(2), column(0)), e.number);
      const Vector::F n = Vector::add(Vector::select(same, column(3), column(1)), e.exponent);
      const Vector::F sum = Vector::add(Vector::scale(u, m), Vector::scale(v, n));
      const Vector::F G = Vector::select(Vector::less(h, Vector::set(kNoPair)), sum, zero);
      Vector::store(scratch.tile + at, G);
      total = Vector::add(total, G);
      float* column_total = scratch.column_totals + c;
      Vector::store(column_total, Vector::add(Vector::load(column_total), G));
    }
    scratch.row_totals[r] = Vector::total(total);
  }
}

void weigh_pair(const Job& job, int64_t I, const Set& set, int64_t J, Scratch& scratch) {
  const bool known = job.known && &set == &job.anchors;
  const float* tile = known ? job.tiles + job.pair(I, J) * kBlock * kBlock : scratch.tile;
  const float base =
      known ? job.leasts[job.pair(I, J)] : distances(job, I, set, J, scratch.tile);
  const int kinds = scratch.kinds = kinds_of(job.anchors, I, set, J);
  const float of_rows =
      block_weights(job.anchors, I, base, job.scale, kinds, scratch.row_weights);
  const float of_columns = block_weights(set, J, base, job.scale, kinds, scratch.column_weights);
  if (of_rows > kLargestExponent || of_columns > kLargestExponent) {
    wide_weights(job, I, set, J, tile, base, scratch);
    return;
  }
  join(scratch.row_weights);
  join(scratch.column_weights);
  if (kinds == (kDifferent | kSame)) {
    narrow_weights<true>(job, I, set, J, tile, base, scratch);
  } else {
    narrow_weights<false>(job, I, set, J, tile, base, scratch);
  }
}
