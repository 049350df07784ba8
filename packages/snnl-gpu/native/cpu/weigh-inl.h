// Backward, equation 5: a tile of half distances, which may be that of scratch, becomes G there, but
// for the factor -1/T.
//
// One exponential a pair serves the weights of its row and its column: 2^((base - h) scale), where
// base is the least half distance of the tile, and each weight a 2^((nearest - base) scale - relative).
// Where rounding would show in those exponents, or a weight come out above 1 as with references of
// distances that were rounded otherwise, each weight has an exponential of its own.

constexpr float kLargestExponent = 80;
constexpr float kLargestWeight = 1.0001f;

// Weights of the rows of a block relative to `base`. Returns the largest exponent of the kinds given.
float block_weights(const Job& job, const Set& set, int64_t block, float base, int kinds,
                    TileWeights& out) {
  const Vector::F from = Vector::set(base), k = Vector::set(job.scale), zero = Vector::set(0);
  const Vector::F most = Vector::set(0x1p99f), nothing = Vector::set(-0x1p99f);
  // Of a squared distance, in two steps and exact: its square may be beyond float32.
  const Vector::F features = Vector::set(job.feature_scale), half = Vector::set(0.5f * job.feature_scale);
  Vector::F largest = nothing;
  for (int c = 0; c < kBlock; c += Vector::kWidth) {
    const int64_t at = block * kBlock + c;
    Vector::F upstream[2], exponent[2], p[2];
    for (int kind = 0; kind < 2; kind++) {
      const float* const* weights = set.weights[kind];
      upstream[kind] = Vector::load(weights[kUpstream] + at);
      const Vector::F nearest =
          Vector::mul(Vector::mul(Vector::load(weights[kNearest] + at), features), half);
      Vector::store(out.nearest[kind] + c, nearest);
      const Vector::F t =
          Vector::fma(Vector::sub(nearest, from), k, Vector::load(weights[kRelative] + at));
      const Vector::M some = Vector::less(zero, Vector::abs(upstream[kind]));
      exponent[kind] = Vector::select(some, Vector::max(Vector::min(t, most), nothing), nothing);
      p[kind] = exp2_of(exponent[kind]);
    }
    const Vector::F different = Vector::mul(upstream[0], p[0]);
    Vector::store(out.weight[0] + c, different);
    Vector::store(out.weight[1] + c, Vector::fma(upstream[1], p[1], different));
    Vector::store(out.largest[0] + c, p[0]);
    Vector::store(out.largest[1] + c, Vector::max(p[0], p[1]));
    largest = Vector::max(largest, exponent[0]);
    if (kinds & kSame) largest = Vector::max(largest, exponent[1]);
  }
  return -Vector::least(Vector::sub(zero, largest));
}

// G of tiles by one exponential a pair. False where a weight is above 1; the tile of scratch is lost.
template <bool kMixed>
bool narrow_weights(const Job& job, int64_t I, const Set& set, int64_t J, const float* tile,
                    float base, Scratch& scratch) {
  constexpr int kWidth = Vector::kWidth;
  const TileWeights &of_rows = scratch.row_weights, &of_columns = scratch.column_weights;
  const int rows = job.anchors.rows_in(I), width = vectors_of(set.rows_in(J)) * kWidth;
  const int kind = !kMixed && scratch.kinds == kSame;
  const Vector::F from = Vector::set(base), k = Vector::set(job.scale), zero = Vector::set(0);
  float *column_most = scratch.column_most[0], *column_same = scratch.column_most[1];
  for (int c = 0; c < width; c++) scratch.column_totals[c] = column_most[c] = column_same[c] = 0;
  Vector::F largest = zero;
  const auto group = [&](int r, auto count) SNNL_INLINE_LAMBDA {
    constexpr int kCount = decltype(count)::value;
    Vector::F total[kCount], most[kCount], most_same[kCount];
    SNNL_UNROLL for (int g = 0; g < kCount; g++) total[g] = most[g] = most_same[g] = zero;
    for (int c = 0; c < width; c += kWidth) {
      Vector::F column_total = Vector::load(scratch.column_totals + c);
      Vector::F of_column = Vector::load(column_most + c), of_same = Vector::load(column_same + c);
      const Vector::F column_weight = Vector::load(of_columns.weight[kind] + c);
      SNNL_UNROLL for (int g = 0; g < kCount; g++) {
        const int at = (r + g) * kBlock + c;
        const Vector::F e = exp2_of(exponent_of(from, Vector::load(tile + at), k));
        most[g] = Vector::max(most[g], e);
        of_column = Vector::max(of_column, e);
        Vector::F weight = Vector::add(Vector::set(of_rows.weight[kind][r + g]), column_weight);
        if (kMixed) {
          const Vector::M same =
              Vector::equal(set.classes + J * kBlock + c, job.anchors.classes[I * kBlock + r + g]);
          const Vector::F e_same = Vector::select(same, e, zero);
          most_same[g] = Vector::max(most_same[g], e_same);
          of_same = Vector::max(of_same, e_same);
          const Vector::F weight_same = Vector::add(Vector::set(of_rows.weight[1][r + g]),
                                                    Vector::load(of_columns.weight[1] + c));
          weight = Vector::select(same, weight_same, weight);
        }
        const Vector::F G = Vector::mul(e, weight);
        Vector::store(scratch.tile + at, G);
        total[g] = Vector::add(total[g], G);
        column_total = Vector::add(column_total, G);
      }
      Vector::store(scratch.column_totals + c, column_total);
      Vector::store(column_most + c, of_column);
      if (kMixed) Vector::store(column_same + c, of_same);
    }
    SNNL_UNROLL for (int g = 0; g < kCount; g++) {
      Vector::store(scratch.lanes + (r + g) * kWidth, total[g]);
      const Vector::F p = Vector::set(of_rows.largest[kind][r + g]);
      largest = Vector::max(largest, Vector::mul(most[g], p));
      if (!kMixed) continue;
      const Vector::F q = Vector::set(of_rows.largest[1][r + g]);
      largest = Vector::max(largest, Vector::mul(most_same[g], q));
    }
  };
  int r = 0;
  for (; r + 4 <= rows; r += 4) group(r, Count<4>());
  for (; r < rows; r++) group(r, Count<1>());
  reduce_lanes(scratch.lanes, rows, scratch.row_totals);
  for (int c = 0; c < width; c += kWidth) {
    const Vector::F p = Vector::load(of_columns.largest[kind] + c);
    const Vector::F q = Vector::load(of_columns.largest[1] + c);
    largest = Vector::max(largest, Vector::mul(Vector::load(column_most + c), p));
    largest = Vector::max(largest, Vector::mul(Vector::load(column_same + c), q));
  }
  return -Vector::least(Vector::sub(zero, largest)) <= kLargestWeight;
}

// G of tiles by one exponential a weight, at most 1, relative to the reference of its row or column.
void wide_weights(const Job& job, int64_t I, const Set& set, int64_t J, const float* tile,
                  Scratch& scratch) {
  constexpr int kWidth = Vector::kWidth;
  const int rows = job.anchors.rows_in(I), width = vectors_of(set.rows_in(J)) * kWidth;
  const Vector::F k = Vector::set(job.scale), zero = Vector::set(0), nothing = Vector::set(-0x1p100f);
  for (int c = 0; c < width; c++) scratch.column_totals[c] = 0;
  for (int r = 0; r < rows; r++) {
    const int64_t row = I * kBlock + r;
    Vector::F total = zero;
    for (int c = 0; c < width; c += kWidth) {
      const int at = r * kBlock + c;
      const int64_t column = J * kBlock + c;
      const Vector::F h = Vector::load(tile + at);
      const auto weight = [&](Vector::F upstream, Vector::F nearest, Vector::F relative) SNNL_INLINE_LAMBDA {
        const Vector::F t = Vector::fma(Vector::sub(nearest, h), k, relative);
        return Vector::mul(upstream, exp2_of(Vector::max(Vector::min(t, zero), nothing)));
      };
      const auto of_pair = [&](int kind) SNNL_INLINE_LAMBDA {
        const float *const *a = job.anchors.weights[kind], *const *b = set.weights[kind];
        return Vector::add(
            weight(Vector::set(a[kUpstream][row]), Vector::set(scratch.row_weights.nearest[kind][r]),
                   Vector::set(a[kRelative][row])),
            weight(Vector::load(b[kUpstream] + column),
                   Vector::load(scratch.column_weights.nearest[kind] + c),
                   Vector::load(b[kRelative] + column)));
      };
      Vector::F G = of_pair(0);
      if (scratch.kinds & kSame) {
        const Vector::M same = Vector::equal(set.classes + column, job.anchors.classes[row]);
        G = Vector::add(G, Vector::select(same, of_pair(1), zero));
      }
      G = Vector::select(Vector::less(h, Vector::set(kNoPair)), G, zero);
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
  const float of_rows = block_weights(job, job.anchors, I, base, kinds, scratch.row_weights);
  const float of_columns = block_weights(job, set, J, base, kinds, scratch.column_weights);
  if (of_rows <= kLargestExponent && of_columns <= kLargestExponent) {
    const bool mixed = kinds == (kDifferent | kSame);
    if (mixed ? narrow_weights<true>(job, I, set, J, tile, base, scratch)
              : narrow_weights<false>(job, I, set, J, tile, base, scratch)) {
      return;
    }
    if (!known) distances(job, I, set, J, scratch.tile);
  }
  wide_weights(job, I, set, J, tile, scratch);
}
