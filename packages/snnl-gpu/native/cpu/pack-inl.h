// Features of a pass over a tile: what a register tile reads of both sides stays in the first cache.
constexpr int64_t kPass = 256;

void sum_rows(const float* x, int64_t rows, int64_t d, float* sums, float* most) {
  for (int64_t r = 0; r < rows; r++, x += d) {
    int64_t k = 0;
    for (; k + Vector::kWidth <= d; k += Vector::kWidth) {
      const Vector::F v = Vector::loadu(x + k);
      Vector::storeu(sums + k, Vector::add(Vector::loadu(sums + k), v));
      Vector::storeu(most + k, Vector::max(Vector::abs(v), Vector::loadu(most + k)));
    }
    for (; k < d; k++) {
      const float size = x[k] < 0 ? -x[k] : x[k];
      sums[k] += x[k];
      most[k] = size > most[k] ? size : most[k];
    }
  }
}

// Copies a block of a set into panels [panels][kBlock][kPanel], scaled and centred. Bad rows become 0.
void pack_panels(const Job& job, const Set& set, int64_t block, float* panels) {
  const int64_t d = job.features;
  const float factor = job.feature_scale;
  for (int r = 0; r < set.rows_in(block); r++) {
    const int64_t at = block * kBlock + r;
    const float* source = set.raw + set.order[at] * d;
    for (int64_t p = 0; p < job.panels; p++) {
      float* to = panels + (p * kBlock + r) * kPanel;
      const float *from = source + p * kPanel, *center = job.center + p * kPanel;
      const int64_t rest = d - p * kPanel, width = set.bad[at] ? 0 : rest < kPanel ? rest : kPanel;
      int64_t k = 0;
      for (; k + Vector::kWidth <= width; k += Vector::kWidth) {
        const Vector::F scaled = Vector::mul(Vector::loadu(from + k), Vector::set(factor));
        Vector::store(to + k, Vector::sub(scaled, Vector::loadu(center + k)));
      }
      for (; k < width; k++) to[k] = from[k] * factor - center[k];
      for (; k < kPanel; k++) to[k] = 0;
    }
  }
}

// Copies a block of a set into its columns, and panels where it has them, scaled and centred
// (equation 8), with half its squared norms. A row that is not finite becomes 0 and is marked bad.
void pack(const Job& job, const Set& set, int64_t block) {
  const int rows = set.rows_in(block);
  const int64_t d = job.features;
  float* columns = set.columns + block * job.columns_size();
  float* half_norms = set.half_norms + block * kBlock;
  const float factor = job.feature_scale;
  const float* source[16];
  for (int first = 0; first < kBlock; first += 16) {
    const int count = rows - first < 0 ? 0 : rows - first < 16 ? rows - first : 16;
    for (int r = 0; r < count; r++) source[r] = set.raw + set.order[block * kBlock + first + r] * d;
    for (int64_t k = 0; k < d; k++) {
      const float center = job.center[k];
      float* to = columns + k * kBlock + first;
      for (int r = 0; r < count; r++) to[r] = source[r][k] * factor - center;
      for (int r = count; r < 16; r++) to[r] = 0;
    }
  }
  // The order of this sum is that of a distance, so that equal rows are at distance 0.
  for (int r = 0; r < kBlock; r += Vector::kWidth) {
    Vector::F sum = Vector::set(0);
    for (int64_t first = 0; first < d; first += kPass) {
      Vector::F part = Vector::set(0);
      for (int64_t k = first; k < d && k < first + kPass; k++) {
        const Vector::F x = Vector::load(columns + k * kBlock + r);
        part = Vector::fma(x, x, part);
      }
      sum = Vector::add(sum, part);
    }
    Vector::store(half_norms + r, Vector::mul(sum, Vector::set(0.5f)));
  }
  const double unscale = 2.0 / (static_cast<double>(factor) * factor);
  for (int r = 0; r < rows; r++) {
    const bool good = half_norms[r] * unscale <= 3.4028234663852886e38;
    set.bad[block * kBlock + r] = !good;
    if (good) continue;
    half_norms[r] = 0;
    for (int64_t k = 0; k < d; k++) columns[k * kBlock + r] = 0;
  }
  for (int r = rows; r < kBlock; r++) half_norms[r] = kNoPair;
  if (set.panels) pack_panels(job, set, block, set.panels + block * job.panels_size());
}
